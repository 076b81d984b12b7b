"""The projects: which sources make the library and its tests, and how the tests are run.

Patterns are relative to the source tree. A test is a program of its own sources, of those that all tests share, and of the library.
"""
from dataclasses import dataclass, field


@dataclass
class Project:
    package: str                 # Debian's source package
    library: list                # patterns of sources
    includes: list
    tests: list                  # patterns; every file is a program, or all are one if `one_test`
    shared: list = field(default_factory=list)
    without: list = field(default_factory=list)
    extra: dict = field(default_factory=dict)      # of a test, by its stem: further sources
    defines: list = field(default_factory=list)
    flags: dict = field(default_factory=dict)      # of a source, by its stem
    libraries: list = field(default_factory=list)
    one_test: bool = False
    data_tests: list = field(default_factory=list)  # commands; {program} is the first test
    small: bool = False          # runs with every scripts/test
    files: dict = field(default_factory=dict)      # made before the build: what a configure step would


PROJECTS = {
    "pugixml": Project("pugixml", ["src/pugixml.cpp"], ["src"], ["tests/*.cpp"], without=["tests/fuzz_*.cpp"], one_test=True, small=True),
    "jsoncpp": Project("libjsoncpp", ["src/lib_json/*.cpp"], ["include", "src/lib_json"],
                       ["src/test_lib_json/*.cpp"], one_test=True, small=True),
    "fmt": Project("fmtlib", ["src/format.cc", "src/os.cc"], ["include", "src", "test"], ["test/*-test.cc"],
                   without=["test/module-test.cc", "test/posix-mock-test.cc", "test/noexception-test.cc"],
                   shared=["test/test-main.cc", "test/gtest-extra.cc", "test/util.cc"],
                   extra={"format-impl-test": ["test/header-only-test.cc"], "ranges-test": ["test/ranges-odr-test.cc"]},
                   flags={"enforce-checks-test": ["-DFMT_ENFORCE_COMPILE_STRING"]},
                   libraries=["-lgmock", "-lgtest"]),
    "leveldb": Project("leveldb", ["db/*.cc", "util/*.cc", "table/*.cc", "helpers/memenv/*.cc"], ["include", "."],
                       ["db/*_test.cc", "issues/*_test.cc", "util/*_test.cc", "table/*_test.cc", "helpers/memenv/*_test.cc"],
                       shared=["util/testutil.cc"],
                       without=["util/env_windows*.cc", "db/leveldbutil.cc"],
                       defines=["-DLEVELDB_PLATFORM_POSIX=1", "-DHAVE_SNAPPY=0", "-DHAVE_CRC32C=0", "-DHAVE_FDATASYNC=1",
                                "-DHAVE_FULLFSYNC=0", "-DHAVE_O_CLOEXEC=1", "-DLEVELDB_COMPILE_LIBRARY"],
                       libraries=["-lgmock", "-lgtest"],
                       files={"port/port_config.h": ""}),
    "re2": Project("re2", ["re2/*.cc", "util/rune.cc", "util/strutil.cc"], ["."], ["re2/testing/*_test.cc"],
                   shared=["util/test.cc", "re2/testing/backtrack.cc", "re2/testing/dump.cc", "re2/testing/exhaustive_tester.cc",
                           "re2/testing/null_walker.cc", "re2/testing/regexp_generator.cc", "re2/testing/string_generator.cc",
                           "re2/testing/tester.cc", "util/pcre.cc"],
                   # Minutes each, of what the others try too.
                   without=["re2/testing/exhaustive1_test.cc", "re2/testing/exhaustive2_test.cc", "re2/testing/exhaustive3_test.cc",
                            "re2/testing/exhaustive_test.cc", "re2/testing/dfa_test.cc", "re2/testing/random_test.cc"]),
}
