@echo off
rem Open the studio on Windows: sets itself up in .venv the first time, and after an update.
cd /d "%~dp0"
fc /b constraints.txt .venv\ready >nul 2>nul && goto :open
set "wanted=import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
set "python="
for %%p in ("py -3.11" "py -3.12" "py -3.13" "py -3" "python") do (
  if not defined python %%~p -c "%wanted%" >nul 2>nul && set "python=%%~p"
)
if not defined python goto :nopython
%python% -m venv .venv || goto :novenv
.venv\Scripts\python -m pip install -q -r requirements.txt -c constraints.txt || goto :failed
copy /y constraints.txt .venv\ready >nul
:open
.venv\Scripts\python app.py || pause
goto :eof
:nopython
echo Pirouette needs Python 3.11 to 3.14, and none was found. Get 3.12 from python.org, then run this
echo file again.
pause
exit /b 1
:novenv
echo Python could not make the folder .venv here. Move Pirouette to a folder that you may write to,
echo such as Documents, then run this file again.
pause
exit /b 1
:failed
echo The set-up failed; what pip says above is the reason. Often it is the internet connection: run
echo this file again, it goes on from here.
pause
exit /b 1
