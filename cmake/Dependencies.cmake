# Every library is a Debian package; scripts/setup lists them.

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS system json filesystem)
find_package(PostgreSQL REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(Protobuf REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(GTest REQUIRED)

# With wide characters: sparklines and bars.
set(CURSES_NEED_NCURSES TRUE)
set(CURSES_NEED_WIDE TRUE)
find_package(Curses REQUIRED)
add_library(Curses::Curses INTERFACE IMPORTED)
target_include_directories(Curses::Curses INTERFACE ${CURSES_INCLUDE_DIRS})
target_link_libraries(Curses::Curses INTERFACE ${CURSES_LIBRARIES})
target_compile_definitions(Curses::Curses INTERFACE NCURSES_WIDECHAR=1)

find_path(LIBSSH2_INCLUDE_DIR libssh2.h REQUIRED)
find_library(LIBSSH2_LIBRARY ssh2 REQUIRED)
add_library(libssh2 INTERFACE IMPORTED)
target_include_directories(libssh2 INTERFACE ${LIBSSH2_INCLUDE_DIR})
target_link_libraries(libssh2 INTERFACE ${LIBSSH2_LIBRARY})
