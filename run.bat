@echo off
rem Open the studio on Windows: sets itself up in .venv the first time.
cd /d "%~dp0"
if not exist .venv\ready (
  py -3.11 -m venv .venv 2>nul || py -3 -m venv .venv || goto :nopython
  .venv\Scripts\python -m pip install -q -r requirements.txt -c constraints.txt || goto :failed
  type nul > .venv\ready
)
.venv\Scripts\python app.py
goto :eof
:nopython
echo Pirouette needs Python 3.11 or newer. Get it from python.org, then run this file again.
pause
exit /b 1
:failed
echo The set-up failed. Check the internet connection and run this file again; it goes on from here.
pause
exit /b 1
