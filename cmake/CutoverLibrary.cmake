# cutover_library(NAME SOURCES ... [LINK ...]): one static library per folder, with the project's flags.
# cutover_test(NAME SOURCES ... [LINK ...] [LABELS ...] [TIMEOUT seconds]): one GoogleTest program, its cases known to ctest.
# SERIAL: it has both cores to itself. WITH_ROOT_RIGHTS: it gives files away and mounts, also where an ordinary user runs it.
# A tree made with CUTOVER_PROGRAMS=OFF has the pure tests and the libraries they need, nothing else.

include(GoogleTest)

function(cutover_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  if(NOT CUTOVER_PROGRAMS)
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  target_link_libraries(${name} PUBLIC cutover_flags ${ARG_LINK})
  # Only what is measured counts: the rest of the tree is that of the release preset, compiled already.
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(CUTOVER_COVERAGE AND folder MATCHES "^(agent|controller/cutover)(/|$)")
    target_compile_options(${name} PRIVATE --coverage -O0)
    target_link_options(${name} INTERFACE --coverage)
  endif()
endfunction()

function(cutover_test name)
  cmake_parse_arguments(ARG "SERIAL;WITH_ROOT_RIGHTS" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  # Programs with a sanitizer in them are some times slower.
  if(CUTOVER_SANITIZE)
    math(EXPR ARG_TIMEOUT "4 * ${ARG_TIMEOUT}")
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE cutover_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  # What is tested is optimised; the test's own text is only compiled faster without it.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  if(ARG_WITH_ROOT_RIGHTS)
    # What CMake calls an emulator is what it runs a program by, here and when it lists the tests.
    set_target_properties(${name} PROPERTIES
      CROSSCOMPILING_EMULATOR ${CMAKE_SOURCE_DIR}/tests/support/with_root_rights)
  endif()
  gtest_discover_tests(${name}
    TEST_PREFIX "${name}."
    DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" RUN_SERIAL ${ARG_SERIAL})
endfunction()
