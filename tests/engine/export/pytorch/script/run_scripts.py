"""Runs training programs, one after another in one process.

stdin: JSON [{"folder", "arguments": [...]}], each folder with a train.py that is run there; stdout: JSON [what each printed].
"""
import contextlib
import io
import json
import os
import runpy
import sys


def run(request):
    os.chdir(request["folder"])
    sys.argv = ["train.py", *request["arguments"]]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        runpy.run_path("train.py", run_name="__main__")
    return printed.getvalue()


print(json.dumps([run(request) for request in json.load(sys.stdin)]))
