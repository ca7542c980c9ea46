# Compiler settings that hold for every target: warnings are errors, ccache and mold when present.

add_library(cutover_flags INTERFACE)
target_compile_options(cutover_flags INTERFACE -Wall -Wextra -Wpedantic)
# g++ is the compiler of the project; clang only builds the fuzz targets.
target_compile_options(cutover_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Werror>)
# g++ 12 sees a mismatch in the frames of inlined coroutines that is not there: at -O2, and with sanitizers.
target_compile_options(cutover_flags INTERFACE -Wno-mismatched-new-delete)
if(CMAKE_UNITY_BUILD)
  # In a bundle no source is the main file, so that g++ takes each for a header that others may include.
  target_compile_options(cutover_flags INTERFACE -Wno-subobject-linkage)
endif()
target_include_directories(cutover_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(cutover_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)

if(CUTOVER_SANITIZE)
  add_compile_options(-fsanitize=${CUTOVER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${CUTOVER_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 takes <regex> for uninitialised under AddressSanitizer: gcc.gnu.org/PR105562
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if(CUTOVER_SANITIZE STREQUAL "thread")
    # ThreadSanitizer knows no fences. Asio's are beside the locks of its queues, or behind the count of who shares an executor.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    add_compile_options(-Wno-tsan)
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
