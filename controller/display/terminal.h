// The terminal, by ncurses: draws frames, reads keys, gives the screen back when it ends.
#pragma once

#include <cstdio>
#include <memory>

#include "common/base/result.h"
#include "controller/display/frame.h"

namespace cutover {

struct TerminalOptions {
  bool color = true;
};

class Terminal {
 public:
  /// Takes the screen of stdout. An error when the terminal is none, or too dumb.
  static Result<Terminal> open(TerminalOptions options);
  /// Both stdin and stdout are terminals, of a kind that can be drawn on.
  static bool is_possible();

  Terminal(Terminal&&) noexcept;
  Terminal& operator=(Terminal&&) noexcept;
  ~Terminal();

  FrameSize size() const;
  Glyphs glyphs() const;
  void draw(const Frame& frame);
  /// The next key that was pressed, as in keys.h or a character; key_none when there is none.
  int key();

 private:
  struct Impl;
  explicit Terminal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutover
