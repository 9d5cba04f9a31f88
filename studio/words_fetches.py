"""Why a model could not be fetched, for the Models tab, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

_NOT_FETCHED = ("{title} could not be fetched.", "{title}을(를) 받지 못했습니다.")
_NOT_THE_FILE = ("{file} could not be fetched.", "{file} 파일을 받지 못했습니다.")
_UPDATE = (
    "Look at {page}, and update this program.",
    "{page} 페이지를 확인하고 이 프로그램을 업데이트하세요.",
)

_TROUBLES: Mapping[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    "fetch_offline": (
        _NOT_FETCHED,
        ("This computer is set to stay offline.", "이 컴퓨터는 오프라인으로 설정되어 있습니다."),
        (
            "Unset HF_HUB_OFFLINE and start the studio again, or copy the files from another "
            "computer.",
            "HF_HUB_OFFLINE을 해제하고 다시 시작하거나 다른 컴퓨터에서 파일을 복사하세요.",
        ),
    ),
    "fetch_unreachable": (
        ("No connection to the Hub.", "Hub에 연결할 수 없습니다."),
        (
            "This computer is offline, or the connection broke.",
            "이 컴퓨터가 오프라인이거나 연결이 끊어졌습니다.",
        ),
        (
            "Check the network and press Resume; what has arrived is kept.",
            "네트워크를 확인하고 이어받기를 누르세요. 받은 부분은 남아 있습니다.",
        ),
    ),
    "fetch_server": (
        _NOT_FETCHED,
        ("The Hub answered with {status}.", "Hub가 {status} 오류로 답했습니다."),
        (
            "Press Resume later; what has arrived is kept.",
            "나중에 이어받기를 누르세요. 받은 부분은 남아 있습니다.",
        ),
    ),
    "fetch_gated": (
        ("{title} needs your access token.", "{title}에는 액세스 토큰이 필요합니다."),
        (
            "Its owner wants its terms to be accepted first.",
            "소유자가 먼저 약관 동의를 요구합니다.",
        ),
        (
            "Accept the terms on its page, type a token into the field and press Get.",
            "모델 페이지에서 약관에 동의하고 토큰을 입력한 뒤 받기를 누르세요.",
        ),
    ),
    "fetch_not_accepted": (
        (
            "Your account may not have {title} yet.",
            "이 계정은 아직 {title}을(를) 받을 수 없습니다.",
        ),
        (
            "The token is right, but its account has not been given access.",
            "토큰은 맞지만 계정에 접근 권한이 없습니다.",
        ),
        (
            "Accept the terms on its page with the same account, then press Get.",
            "같은 계정으로 모델 페이지에서 약관에 동의한 뒤 받기를 누르세요.",
        ),
    ),
    "fetch_wrong_token": (
        ("The Hub does not know this token.", "Hub가 이 토큰을 알지 못합니다."),
        (
            "It is mistyped, expired or was deleted.",
            "잘못 입력했거나 만료 또는 삭제된 토큰입니다.",
        ),
        (
            "Make a token with read access and type it again.",
            "읽기 권한이 있는 토큰을 만들어 다시 입력하세요.",
        ),
    ),
    "fetch_no_repo": (
        _NOT_FETCHED,
        ("The Hub has no {repo}, or hides it.", "Hub에 {repo}이(가) 없거나 숨겨져 있습니다."),
        _UPDATE,
    ),
    "fetch_no_revision": (
        _NOT_FETCHED,
        (
            "{repo} has no version '{revision}' any more.",
            "{repo}에 '{revision}' 버전이 더 이상 없습니다.",
        ),
        _UPDATE,
    ),
    "fetch_no_file": (
        _NOT_THE_FILE,
        ("{repo} does not hold it any more.", "{repo}에 이 파일이 더 이상 없습니다."),
        _UPDATE,
    ),
    "fetch_no_source": (
        _NOT_FETCHED,
        ("It does not come from the Hub.", "Hub에서 받는 모델이 아닙니다."),
        ("Download it by hand from {page}.", "{page}에서 직접 받으세요."),
    ),
    "fetch_disk_full": (
        ("The disk is too full for {title}.", "디스크에 {title}을(를) 담을 공간이 없습니다."),
        (
            "{needed} are still to come, and {free} are free.",
            "{needed}가 더 필요한데 {free}만 남았습니다.",
        ),
        (
            "Free some space, or remove a model, and press Resume; what has arrived is kept.",
            "공간을 비우거나 모델을 삭제한 뒤 이어받기를 누르세요. 받은 부분은 남아 있습니다.",
        ),
    ),
    "fetch_not_written": (
        ("{title} could not be written.", "{title}을(를) 저장하지 못했습니다."),
        ("The disk refused ({cause}).", "디스크가 거부했습니다 ({cause})."),
        (
            "Check that the studio may write into {folder}.",
            "스튜디오가 {folder}에 쓸 수 있는지 확인하세요.",
        ),
    ),
    "fetch_damaged": (
        ("{file} arrived damaged.", "{file} 파일이 손상된 채 도착했습니다."),
        (
            "Its content does not have the hash that was announced, so it was deleted.",
            "내용이 알려진 해시와 달라 삭제했습니다.",
        ),
        ("Press Get to fetch it again.", "받기를 눌러 다시 받으세요."),
    ),
    "fetch_damaged_own": (
        ("{title} holds a damaged file of yours.", "{title}에 직접 넣은 파일이 손상되었습니다."),
        ("It lies at {path}.", "위치: {path}"),
        (
            "Delete or replace it there, then press Get again.",
            "그 파일을 지우거나 바꾼 뒤 다시 받기를 누르세요.",
        ),
    ),
    "fetch_changed": (
        _NOT_THE_FILE,
        (
            "The Hub's file is not the one that was expected; it was changed there.",
            "Hub의 파일이 예상한 것과 다릅니다. 그곳에서 바뀌었습니다.",
        ),
        (
            "Try again; if it says the same, update this program.",
            "다시 시도하고, 같은 말이 나오면 이 프로그램을 업데이트하세요.",
        ),
    ),
    "fetch_no_hash": (
        _NOT_THE_FILE,
        (
            "The server does not say its hash: a login page of a network or a mirror may be in "
            "the way.",
            "서버가 해시를 알려주지 않습니다. 로그인 페이지나 미러가 끼어 있을 수 있습니다.",
        ),
        (
            "Open {page} in a browser, then try again.",
            "브라우저로 {page}을(를) 열어 본 뒤 다시 시도하세요.",
        ),
    ),
    "fetch_busy": (
        ("{title} is being fetched already.", "{title}을(를) 이미 받는 중입니다."),
        ("Another program is at it.", "다른 프로그램이 받고 있습니다."),
        ("Wait for it to end.", "끝날 때까지 기다리세요."),
    ),
}


def _flat(troubles: Mapping[str, tuple[tuple[str, str], ...]]) -> dict[str, tuple[str, str]]:
    parts = ("what", "why", "fix")
    return {
        f"{key}_{part}": words
        for key, texts in troubles.items()
        for part, words in zip(parts, texts, strict=True)
    }


FETCH_WORDS: Mapping[str, tuple[str, str]] = _flat(_TROUBLES)
"""`<key>_what`, `<key>_why` and `<key>_fix` by the key of an engine's FetchError."""
