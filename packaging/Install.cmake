# What is installed where, in two components: the controller and the agent.
include(GNUInstallDirs)
set(here ${CMAKE_CURRENT_SOURCE_DIR})
set(docs ${CMAKE_SOURCE_DIR}/docs)
set(systemd ${CMAKE_SOURCE_DIR}/systemd)

# install_shared(COMPONENT PROGRAM PAGES...): what both have.
function(install_shared component program)
  install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  foreach(page ${ARGN})
    string(REGEX REPLACE ".*\\." "" section ${page})
    install(FILES ${manuals}/${page}.gz DESTINATION share/man/man${section} COMPONENT ${component})
  endforeach()
  install(FILES ${manuals}/bash/${program} DESTINATION share/bash-completion/completions COMPONENT ${component})
  install(FILES ${manuals}/zsh/_${program} DESTINATION share/zsh/vendor-completions COMPONENT ${component})
  install(FILES ${manuals}/fish/${program}.fish DESTINATION share/fish/vendor_completions.d COMPONENT ${component})
  install(FILES ${here}/deb/copyright ${manuals}/changelog.gz DESTINATION share/doc/${program} COMPONENT ${component})
  install(FILES ${systemd}/${program}.sysusers DESTINATION lib/sysusers.d RENAME ${program}.conf COMPONENT ${component})
  install(FILES ${systemd}/${program}.tmpfiles DESTINATION lib/tmpfiles.d RENAME ${program}.conf COMPONENT ${component})
endfunction()

install_shared(controller cutover cutover.1 cutover.toml.5)
install(FILES ${CMAKE_SOURCE_DIR}/CHANGELOG.md ${docs}/configuration.md ${docs}/commands.md ${docs}/checks.md ${docs}/metrics.md
  ${docs}/protocol.md ${docs}/phases.md ${docs}/verify.md ${docs}/operations.md ${docs}/jumpbox.md ${docs}/application.md
  ${docs}/pgbouncer-host.md ${docs}/load.md ${docs}/grafana.md ${docs}/failure-modes.md
  DESTINATION share/doc/cutover COMPONENT controller)
install(DIRECTORY ${docs}/decisions ${CMAKE_SOURCE_DIR}/grafana DESTINATION share/doc/cutover COMPONENT controller)

install(FILES ${systemd}/cutover-watch@.service DESTINATION /lib/systemd/system COMPONENT controller)

install_shared(agent cutover-agent cutover-agent.1 agent.toml.5)
install(FILES ${systemd}/cutover-agent.service DESTINATION /lib/systemd/system COMPONENT agent)
install(FILES ${here}/examples/agent.toml DESTINATION /etc/cutover COMPONENT agent)
install(FILES ${docs}/agent.md ${docs}/metrics.md ${docs}/pgbouncer-host.md ${docs}/jumpbox.md ${docs}/configuration.md ${docs}/load.md
  ${docs}/failure-modes.md ${docs}/operations.md ${docs}/application.md ${docs}/phases.md
  DESTINATION share/doc/cutover-agent COMPONENT agent)
install(DIRECTORY ${docs}/decisions DESTINATION share/doc/cutover-agent COMPONENT agent)
install(PROGRAMS ${here}/scram-secret DESTINATION share/cutover-agent COMPONENT agent)
install(FILES ${here}/examples/pgbouncer@.service DESTINATION share/doc/cutover-agent/examples COMPONENT agent)
