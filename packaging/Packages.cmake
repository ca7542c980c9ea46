# Debian packages by CPack: scripts/package makes them.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cutover)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The authors of cutover <cutover@example.org>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL controller agent)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_CONTROLLER_PACKAGE_NAME cutover)
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_SECTION database)
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_DEPENDS systemd)
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_RECOMMENDS "openssh-client, postgresql-client")
set(CPACK_COMPONENT_CONTROLLER_DESCRIPTION "move live PostgreSQL traffic to another cluster behind PgBouncer
Checks, prepares and carries out the switch from one PostgreSQL cluster to
another that follows it by logical replication, a major version later perhaps,
so that applications see one short pause and no error.")
set(CPACK_DEBIAN_CONTROLLER_DESCRIPTION "${CPACK_COMPONENT_CONTROLLER_DESCRIPTION}")
set(CPACK_DEBIAN_CONTROLLER_PACKAGE_CONTROL_EXTRA ${here}/deb/controller/postinst ${here}/deb/controller/postrm)

set(CPACK_DEBIAN_AGENT_PACKAGE_NAME cutover-agent)
set(CPACK_DEBIAN_AGENT_PACKAGE_SECTION database)
set(CPACK_DEBIAN_AGENT_PACKAGE_DEPENDS "pgbouncer, systemd, init-system-helpers (>= 1.54)")
set(CPACK_COMPONENT_AGENT_DESCRIPTION "agent beside PgBouncer for switches between PostgreSQL clusters
A small daemon that pauses, rewrites and resumes the PgBouncer processes of its
host on the word of the cutover program, with a lease on every pause.")
set(CPACK_DEBIAN_AGENT_DESCRIPTION "${CPACK_COMPONENT_AGENT_DESCRIPTION}")
set(CPACK_DEBIAN_AGENT_PACKAGE_CONTROL_EXTRA ${here}/deb/agent/postinst ${here}/deb/agent/prerm
 ${here}/deb/agent/postrm ${here}/deb/agent/conffiles)
include(CPack)
