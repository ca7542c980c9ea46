#include "tests/integration/see/tmux.h"

#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/support/child_process.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"

namespace cutover::support {

struct Tmux::Impl {
  TemporaryDirectory directory{"tmux"};

  std::string status() const { return (directory / "status").string(); }

  std::string run(std::vector<std::string> arguments) const {
    std::vector<std::string> argv = {
        "tmux", "-f", "/dev/null", "-S", (directory / "socket").string(), "-u"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run_or_throw({.argv = std::move(argv)});
  }
};

Tmux::Tmux(const TmuxOptions& options) : impl_(std::make_unique<Impl>()) {
  std::vector<std::string> start = {"new-session", "-d",
                                    "-x",          std::to_string(options.width),
                                    "-y",          std::to_string(options.height)};
  for (const auto& [name, value] : options.environment) {
    start.push_back("-e");
    start.push_back(name + "=" + value);
  }
  // The pane stays when the program has ended, so that its last lines can be seen.
  // The status is written by a shell: now and then tmux 3.3a is not told that its child has ended.
  for (const char* part : {"--", "sh", "-c", R"(trap : INT TERM HUP; "$@"; echo $? > "$0")"})
    start.emplace_back(part);
  start.push_back(impl_->status());
  start.insert(start.end(), options.argv.begin(), options.argv.end());
  for (const char* part : {";", "set-option", "-g", "remain-on-exit", "on"})
    start.emplace_back(part);
  impl_->run(start);
}

Tmux::~Tmux() {
  try {
    impl_->run({"kill-server"});
  } catch (const std::runtime_error&) {
    // It has ended by itself.
  }
}

void Tmux::press(const std::string& key) {
  impl_->run({"send-keys", key});
}

void Tmux::resize(int width, int height) {
  impl_->run({"resize-window", "-x", std::to_string(width), "-y", std::to_string(height)});
}

std::string Tmux::screen() const {
  return impl_->run({"capture-pane", "-p"});
}
std::string Tmux::styled() const {
  return impl_->run({"capture-pane", "-p", "-e"});
}
std::string Tmux::with_history() const {
  return impl_->run({"capture-pane", "-p", "-J", "-S", "-"});
}

bool Tmux::shows(const std::string& text, std::chrono::milliseconds limit) const {
  return eventually(limit, [&] { return screen().find(text) != std::string::npos; });
}

int Tmux::wait(std::chrono::milliseconds limit) const {
  std::string status;
  const auto is_written = [&] {
    std::ifstream file(impl_->status());
    return std::getline(file, status) && !file.eof();
  };
  return eventually(limit, is_written) ? std::stoi(status) : -1;
}

}  // namespace cutover::support
