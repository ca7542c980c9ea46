# Writes OUT, a header that names the commit being built, when it differs. Run at every build: cmake -D SOURCE=… -D OUT=… -P
cmake_policy(VERSION 3.25)
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=10 HEAD OUTPUT_VARIABLE commit
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(CONFIGURE OUTPUT ${OUT} CONTENT "// The commit this was built from.\n#define CUTOVER_COMMIT \"@commit@\"\n" @ONLY)
