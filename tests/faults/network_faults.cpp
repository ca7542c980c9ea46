#include "tests/faults/network_faults.h"

#include <stdexcept>

#include "tests/support/temporary_directory.h"

namespace cutover::faults {
namespace {

/// Longer than the lease: the controller gives up before the network is back.
constexpr std::chrono::milliseconds long_silence(4'000);

void replace(std::string& text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("cutover.toml lacks " + what);
  text.replace(at, what.size(), by);
}

/// `side = "host=127.0.0.1 port=PORT dbname=…`, the beginning of a conninfo.
std::string way(const std::string& side, std::uint16_t port) {
  return "\n" + side + " = \"host=127.0.0.1 port=" + std::to_string(port);
}

void silence_blue(Scene& scene) {
  scene.network->blue.go_silent();
}

void silence_green(Scene& scene) {
  scene.network->green.go_silent();
}

void end_silence(Scene& scene) {
  scene.network->blue.cut_connections();
  scene.network->green.cut_connections();
}

Fault silence(const std::string& name, std::function<void(Scene&)> strike) {
  return {.name = name,
          .strike = std::move(strike),
          .heal = end_silence,
          .heals_after = long_silence,
          .through_proxies = true};
}

Fault silence_everywhere() {
  auto fault = silence("blue, green and ssh go silent for the controller", [](Scene& it) {
    silence_blue(it);
    silence_green(it);
    it.fleet.rig().sshd().freeze_connections();
  });
  fault.heal = [](Scene& it) {
    end_silence(it);
    it.fleet.rig().sshd().cut_connections();
  };
  fault.over_ssh = true;
  return fault;
}

}  // namespace

ControllersNetwork::ControllersNetwork(support::CutoverRig& rig)
    : blue(rig.blue().port(), {}), green(rig.green().port(), {}) {
  auto text = support::read_file(rig.config_path());
  const auto back_to_green =
      way("replicate_back", rig.green().port()) + " dbname=app user=postgres\"";
  const auto route = "\n[[database.route]]" + way("blue", rig.blue().port()) + "\"" +
                     way("green", rig.green().port()) + "\"";
  replace(text, way("blue", rig.blue().port()), way("blue", blue.port()));
  replace(text, way("green", rig.green().port()), way("green", green.port()));
  const std::string last = "\nsubscription = \"cutover\"";
  replace(text, last, last + back_to_green + route);
  support::write_file(rig.config_path(), text);
}

std::vector<Fault> faults_of_the_network() {
  return {
      {.name = "ssh cut",
       .strike = [](Scene& it) { it.fleet.rig().sshd().cut_connections(); },
       .over_ssh = true},
      {.name = "ssh connections go silent",
       .strike = [](Scene& it) { it.fleet.rig().sshd().freeze_connections(); },
       .heal = [](Scene& it) { it.fleet.rig().sshd().cut_connections(); },
       .over_ssh = true},
      silence("blue goes silent for the controller", silence_blue),
      silence("green goes silent for the controller", silence_green),
      silence_everywhere(),
  };
}

}  // namespace cutover::faults
