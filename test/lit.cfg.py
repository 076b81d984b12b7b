# lit's configuration: what the tests may call, and where they run.
import os
import shutil
import subprocess

import lit.formats

config.name = "gocpp"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = [".gcpp", ".test"]
config.excludes = ["Inputs", "unit", "stress", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.gocpp_build + "/test/out"
config.environment["PATH"] = config.llvm_tools + os.pathsep + os.environ.get("PATH", "")
# Reports must not depend on the machine's number of cores.
# So are projects configured as anybody would.
for name in ("GOMAXPROCS", "GOCPP_CXX", "CMAKE_CXX_COMPILER_LAUNCHER", "CMAKE_C_COMPILER_LAUNCHER", "CMAKE_GENERATOR", "CXXFLAGS"):
    config.environment.pop(name, None)

if subprocess.run(["unshare", "-mr", "true"], stderr=subprocess.DEVNULL).returncode == 0:
    config.available_features.add("unshare")

# Editors are tried where they are.
for editor in ("vim", "nvim"):
    if shutil.which(editor):
        config.available_features.add(editor)

bin = config.gocpp_build + "/bin"
config.substitutions += [
    (r"%gocpp-lower", bin + "/gocpp-lower"),
    (r"%gocpp", bin + "/gocpp"),
    (r"%clangxx", "clang++-19"),
    (r"%gxx", "g++"),
    (r"%include", config.gocpp_source + "/include"),
    (r"%build", config.gocpp_build),
    (r"%lib", config.gocpp_build + "/lib"),
    # gdb as a user has it who told it of the script's directory, and the program by name only.
    (r"%gdb", "gdb -nx -batch -iex 'set width 0' -iex 'set print thread-events off' -iex 'add-auto-load-safe-path " + config.gocpp_source + "/runtime/gdb'"),
    (r"%root", config.gocpp_source),
    # Runs a command and wants a certain exit status: %status 2 COMMAND
    (r"%status", "python3 " + config.gocpp_source + "/test/status.py"),
]
