"""cruet.toolkit and Werkzeug asked the same questions.

`operations/` holds the questions: functions over a toolkit, the one or the other, that take and
give plain values. `driver.py` asks them, here or in the interpreter of an environment that has
Werkzeug; `peer.py` starts that one. `grammars/` draws what is asked, `differences.py` names the
answers that differ and why, `comparing.py` compares two answers, `asking.py` asks many questions.
"""
