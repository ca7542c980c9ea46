# cutover_library(NAME SOURCES ... [LINK ...]): one static library per folder, with the project's flags.
# cutover_test(NAME SOURCES ... [LINK ...] [LABELS ...] [TIMEOUT seconds]): one GoogleTest program, its cases known to ctest.
# SERIAL: it has both cores to itself.
# A tree made with CUTOVER_PROGRAMS=OFF has the pure tests and the libraries they need, nothing else.

include(GoogleTest)

function(cutover_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  if(NOT CUTOVER_PROGRAMS)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  target_link_libraries(${name} PUBLIC cutover_flags ${ARG_LINK})
endfunction()

function(cutover_test name)
  cmake_parse_arguments(ARG "SERIAL" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cutover_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  # What is tested is optimised; the test's own text is only compiled faster without it.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  gtest_discover_tests(${name}
    TEST_PREFIX "${name}."
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" RUN_SERIAL ${ARG_SERIAL})
endfunction()
