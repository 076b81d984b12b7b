"""The projects: which sources make the library and its tests, and how the tests are run.

Patterns are relative to the source tree. A test is a program of its own sources, of an archive of those that the tests share,
and of the library, an archive too. All these projects ask for C++11 and are built as C++20, gocpp's least, which two of them do not
know: they get a flag or a changed line, as with any compiler.
"""
from dataclasses import dataclass, field


@dataclass
class Tool:
    """A program that commands of the project's own test: {program} stands for it."""
    sources: list
    commands: list


@dataclass
class Project:
    package: str                 # Debian's source package
    library: list                # patterns of sources
    includes: list
    tests: list                  # patterns; every file is a program, or all are one if `one_test`
    shared: list = field(default_factory=list)
    without: list = field(default_factory=list)
    extra: dict = field(default_factory=dict)      # of a test, by its stem: further sources
    flags: list = field(default_factory=list)
    own_flags: dict = field(default_factory=dict)  # of a source, by its stem
    only_built: list = field(default_factory=list)  # patterns of tests that are linked, but not run
    only_compiled: list = field(default_factory=list)
    libraries: list = field(default_factory=list)
    one_test: bool = False
    tools: dict = field(default_factory=dict)
    small: bool = False          # runs with every scripts/test
    files: dict = field(default_factory=dict)      # made before the build: what a configure step would
    generated: dict = field(default_factory=dict)  # of a file: the command that prints it
    edits: dict = field(default_factory=dict)      # of a file: what no C++20 compiler takes, and what it has to be


HEADER_ONLY = ["-DFMT_HEADER_ONLY=1"]

PROJECTS = {
    "pugixml": Project("pugixml", ["src/pugixml.cpp"], ["src"], ["tests/*.cpp"], without=["tests/fuzz_*.cpp"], one_test=True, small=True),
    "jsoncpp": Project("libjsoncpp", ["src/lib_json/*.cpp"], ["include", "src/lib_json"],
                       ["src/test_lib_json/*.cpp"], one_test=True, small=True,
                       # It makes std::string of u8"", which no C++20 compiler takes without this.
                       flags=["-fno-char8_t"],
                       tools={"jsontestrunner": Tool(["src/jsontestrunner/main.cpp"],
                                                     [["python3", "-B", "test/runjsontests.py", "{program}", "test/data"],
                                                      ["python3", "-B", "test/runjsontests.py", "--with-json-checker", "{program}",
                                                       "test/data"]])}),
    "fmt": Project("fmtlib", ["src/format.cc", "src/os.cc"], ["include", "src", "test"], ["test/*-test.cc"],
                   # CMake takes module-test for Microsoft's compiler only, and noexception-test is no program.
                   without=["test/module-test.cc", "test/noexception-test.cc", "test/*-odr-test.cc", "test/header-only-test.cc"],
                   shared=["test/test-main.cc", "test/gtest-extra.cc", "test/util.cc"],
                   extra={"format-impl-test": ["test/header-only-test.cc"], "ranges-test": ["test/ranges-odr-test.cc"]},
                   own_flags={"enforce-checks-test": ["-DFMT_ENFORCE_COMPILE_STRING"], "format-impl-test": HEADER_ONLY,
                              "header-only-test": HEADER_ONLY, "compile-fp-test": HEADER_ONLY, "unicode-test": HEADER_ONLY,
                              "noexception-test": ["-fno-exceptions"]},
                   only_compiled=["test/noexception-test.cc"],
                   libraries=["-lgmock", "-lgtest"]),
    "leveldb": Project("leveldb", ["db/*.cc", "util/*.cc", "table/*.cc", "helpers/memenv/*.cc"], ["include", "."],
                       ["db/*_test.cc", "db/c_test.c", "issues/*_test.cc", "util/*_test.cc", "table/*_test.cc",
                        "helpers/memenv/*_test.cc"],
                       shared=["util/testutil.cc"],
                       without=["util/env_windows*.cc", "db/leveldbutil.cc"],
                       flags=["-DLEVELDB_PLATFORM_POSIX=1", "-DHAVE_SNAPPY=0", "-DHAVE_CRC32C=0", "-DHAVE_FDATASYNC=1",
                              "-DHAVE_FULLFSYNC=0", "-DHAVE_O_CLOEXEC=1", "-DLEVELDB_COMPILE_LIBRARY"],
                       libraries=["-lgmock", "-lgtest", "-lbenchmark"],
                       files={"port/port_config.h": ""},
                       # An enumerator of what was no scoped enumeration before C++20.
                       edits={"util/env_posix.cc": ("std::memory_order::memory_order_relaxed", "std::memory_order_relaxed")}),
    "re2": Project("re2", ["re2/*.cc", "util/rune.cc", "util/strutil.cc"], ["."], ["re2/testing/*_test.cc"],
                   shared=["util/test.cc", "re2/testing/backtrack.cc", "re2/testing/dump.cc", "re2/testing/exhaustive_tester.cc",
                           "re2/testing/null_walker.cc", "re2/testing/regexp_generator.cc", "re2/testing/string_generator.cc",
                           "re2/testing/tester.cc", "util/pcre.cc"],
                   generated={"re2/perl_groups.cc": ["perl", "re2/make_perl_groups.pl"],
                              "re2/unicode_casefold.cc": ["python3", "-B", "re2/make_unicode_casefold.py"],
                              "re2/unicode_groups.cc": ["python3", "-B", "re2/make_unicode_groups.py"]},
                   # The big tests, minutes each, are built but not run.
                   only_built=["re2/testing/dfa_test.cc", "re2/testing/exhaustive*_test.cc", "re2/testing/random_test.cc"]),
}
