// A program on a terminal of tmux: keys in, screen out.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cutover::support {

struct TmuxOptions {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment = {};
  int width = 80;
  int height = 24;
};

class Tmux {
 public:
  explicit Tmux(const TmuxOptions& options);
  ~Tmux();
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;

  void press(const std::string& key);  ///< as tmux names it: "q", "Down", "Escape"
  void resize(int width, int height);
  std::string screen() const;        ///< text
  std::string styled() const;        ///< with escape sequences
  std::string with_history() const;  ///< and what has scrolled away
  /// True as soon as the screen holds `text`.
  bool shows(const std::string& text, std::chrono::milliseconds limit) const;
  /// The program's exit status, once it has ended; -1 when it does not within the limit.
  int wait(std::chrono::milliseconds limit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover::support
