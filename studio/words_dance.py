"""Words of the Dance tab beyond its first steps: library, presets, rehearsal, what comes after."""

from __future__ import annotations

from collections.abc import Mapping

DANCE_WORDS: Mapping[str, tuple[str, str]] = {
    # --- the library
    "bpm": ("{count} bpm", "{count} bpm"),
    "filter_all": ("All", "전체"),
    "filter_slow": ("Slow", "느린 춤"),
    "filter_medium": ("Medium", "보통"),
    "filter_fast": ("Fast", "빠른 춤"),
    "filter_moves": ("Single moves", "단일 동작"),
    "dance_sunny_groove": ("Sunny Groove", "서니 그루브"),
    "dance_disco_night": ("Disco Night", "디스코 나이트"),
    "dance_slow_wave": ("Slow Wave", "슬로 웨이브"),
    "dance_star_party": ("Star Party", "스타 파티"),
    "dance_floss_and_run": ("Floss and Run", "플로스 앤 런"),
    "dance_twist_again": ("Twist Again", "트위스트 어게인"),
    "dance_moon_glide": ("Moon Glide", "문 글라이드"),
    "dance_salsa_evening": ("Salsa Evening", "살사의 저녁"),
    "dance_robot_pop": ("Robot Pop", "로봇 팝"),
    "dance_heart_beat": ("Heartbeat", "하트비트"),
    "dance_kick_off": ("Kick Off", "킥오프"),
    "dance_gentle_sway": ("Gentle Sway", "젠틀 스웨이"),
    # --- sample videos
    "reel": ("Examples", "예시"),
    "sample_head": ("{person} dances {dance}", "{person}의 {dance}"),
    "sample_detail": (
        "An example, made on an ordinary computer. Press Make video for one of your own.",
        "평범한 컴퓨터에서 만든 예시입니다. 영상 만들기를 눌러 직접 만들어 보세요.",
    ),
    # --- presets and settings
    "preset": ("Start from", "시작점"),
    "preset_help": ("Fills in the settings below.", "아래 설정을 채웁니다."),
    "preset_quick": ("Quick look", "빠르게 보기"),
    "preset_standard": ("Standard", "표준"),
    "preset_best": ("Best", "최고 품질"),
    "preset_long": ("Long video", "긴 영상"),
    "preset_phone": ("Portrait for phones", "휴대폰용 세로 영상"),
    "seconds_label": ("Length in seconds", "길이(초)"),
    "new_each_time": ("new each time", "매번 새로"),
    "quality_time": ("{quality} · {time}", "{quality} · {time}"),
    "short_seconds": ("{count} s", "{count}초"),
    "short_minutes": ("{count} min", "{count}분"),
    "short_hours": ("{count} h", "{count}시간"),
    "group_motion": ("Following the dance", "춤 따라가기"),
    "group_picture": ("The picture", "그림"),
    "group_long": ("Long videos", "긴 영상"),
    "group_making": ("How it is made", "만드는 방법"),
    "group_other": ("More", "그 밖에"),
    # --- the rehearsal
    "rehearse": ("Try the pose first", "자세 먼저 보기"),
    "rehearsing": ("Rehearsing", "리허설 중"),
    "look_alt": (
        "The dance as a moving skeleton over the picture",
        "사진 위에 겹쳐 움직이는 춤의 골격",
    ),
    "look_fine": (
        "This fits: the whole dance is in the picture.",
        "잘 맞습니다. 춤이 모두 화면 안에 있습니다.",
    ),
    "look_mind": ("This will work, but mind this:", "만들 수 있지만 확인하세요."),
    "look_failed": ("This cannot be danced yet.", "아직 춤을 만들 수 없습니다."),
    "look_slow": (
        "The rehearsal took too long. Make video works without it.",
        "리허설이 너무 오래 걸렸습니다. 리허설 없이도 영상을 만들 수 있습니다.",
    ),
    "look_often": (
        "That was a lot of looks in a short time. Wait a minute; Make video works without one.",
        "짧은 시간에 너무 많이 보았습니다. 1분쯤 기다리세요. 영상은 바로 만들 수 있습니다.",
    ),
    "look_consent": (
        "First tick the box under the picture: the person in it has to agree.",
        "먼저 사진 아래의 동의란을 체크하세요. 사진 속 인물의 동의가 필요합니다.",
    ),
    "look_need": (
        "Choose a person and a dance first.",
        "먼저 사람과 춤을 고르세요.",
    ),
    "look_nobody": (
        "No person was found in the picture. Use one with one person seen from head to feet.",
        "사진에서 사람을 찾지 못했습니다. 한 사람이 머리부터 발까지 보이는 사진을 쓰세요.",
    ),
    "look_half": (
        "The feet are not in the picture, so they will be made up. Better: a full-length picture.",
        "사진에 발이 보이지 않아 지어내게 됩니다. 전신 사진이 더 좋습니다.",
    ),
    "look_hands_out": (
        "The hands leave the picture while dancing. Leave more room at the sides.",
        "춤추는 동안 손이 화면 밖으로 나갑니다. 양옆에 여백이 더 있는 사진을 쓰세요.",
    ),
    "look_feet_out": (
        "The feet leave the picture while dancing. Leave more room below.",
        "춤추는 동안 발이 화면 밖으로 나갑니다. 아래에 여백이 더 있는 사진을 쓰세요.",
    ),
    "look_dancer_half": (
        "The dancer's feet are not seen in your clip, so the steps will be guessed.",
        "영상에 춤추는 사람의 발이 보이지 않아 발동작을 짐작하게 됩니다.",
    ),
    "look_dancer_lost": (
        "The dancer is out of sight in a good part of your clip.",
        "영상의 상당 부분에서 춤추는 사람이 보이지 않습니다.",
    ),
    "look_several": (
        "Several people are in your clip. Advanced says whom to follow.",
        "영상에 여러 사람이 있습니다. 누구를 따라갈지 고급 설정에서 고르세요.",
    ),
    "look_start": (
        "What you see begins at {seconds} s, where the pose is first doubtful.",
        "지금 보이는 부분은 자세가 처음으로 불확실해지는 {seconds}초부터입니다.",
    ),
    "look_whom": (
        "Several people are in your clip. Look below who of them is followed.",
        "영상에 여러 사람이 있습니다. 누구를 따라가는지 아래에서 확인하세요.",
    ),
    "whom_followed": (
        "Of {most} people, number {person} from the left is followed. Click another to change it.",
        "{most}명 가운데 왼쪽에서 {person}번째 사람을 따라갑니다. 다른 사람을 누르면 바뀝니다.",
    ),
    "whom_nobody": (
        "The one who is followed is not in this frame. Click another to change it.",
        "지금 따라가는 사람은 이 장면에 없습니다. 다른 사람을 누르면 바뀝니다.",
    ),
    "whom_alt": (
        "A frame of your clip with a numbered box around everyone",
        "사람마다 번호가 붙은 영상의 한 장면",
    ),
    "whom_choose": ("Follow number {person}", "{person}번 따라가기"),
    "look_paper": (
        "A paper person in the colours of your photo dances: the built-in model draws no others.",
        "사진과 같은 색의 종이 인형이 춤춥니다. 내장 모델은 종이 인형만 그립니다.",
    ),
    # --- what can be done with a job
    "act_again": ("Another variation", "다른 변형으로 다시"),
    "act_use": ("Use these settings", "이 설정 쓰기"),
    "act_longer": ("Make it longer", "더 길게"),
    "act_download": ("Download", "내려받기"),
    "act_resume": ("Go on", "이어서 하기"),
    "act_retry": ("Try again", "다시 시도"),
    "used_what": (
        "The form now holds what this video was made with.",
        "이 영상을 만든 설정을 채웠습니다.",
    ),
    "used_fix": (
        "Change what you like and press the button.",
        "원하는 대로 바꾸고 버튼을 누르세요.",
    ),
}
