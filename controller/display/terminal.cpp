#include "controller/display/terminal.h"

#include <curses.h>
#include <langinfo.h>
#include <signal.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <map>

#include "controller/display/keys.h"

namespace cutover {
namespace {

struct Look {
  short pair;
  attr_t attributes;
};

/// Without colours the attributes alone have to do.
const std::map<Style, Look>& looks() {
  static const std::map<Style, Look> all = {
      {Style::plain, {0, A_NORMAL}},  {Style::dim, {0, A_DIM}},      {Style::strong, {0, A_BOLD}},
      {Style::title, {0, A_REVERSE}}, {Style::blue, {1, A_BOLD}},    {Style::green, {2, A_BOLD}},
      {Style::good, {2, A_NORMAL}},   {Style::warning, {3, A_BOLD}}, {Style::bad, {4, A_BOLD}},
  };
  return all;
}

void choose_colors() {
  if (!has_colors()) return;
  start_color();
  use_default_colors();
  init_pair(1, COLOR_BLUE, -1);
  init_pair(2, COLOR_GREEN, -1);
  init_pair(3, COLOR_YELLOW, -1);
  init_pair(4, COLOR_RED, -1);
}

/// ncurses handles these for itself as soon as it has a screen, and never gives them back: after it
/// an interrupt would end the program as if it had refused.
class OwnSignalHandlers {
 public:
  OwnSignalHandlers() {
    for (auto& [number, action] : kept_) sigaction(number, nullptr, &action);
  }
  ~OwnSignalHandlers() {
    for (const auto& [number, action] : kept_) sigaction(number, &action, nullptr);
  }
  OwnSignalHandlers(const OwnSignalHandlers&) = delete;
  OwnSignalHandlers& operator=(const OwnSignalHandlers&) = delete;

 private:
  std::map<int, struct sigaction> kept_ = {
      {SIGINT, {}}, {SIGTERM, {}}, {SIGTSTP, {}}, {SIGWINCH, {}}};
};

}  // namespace

struct Terminal::Impl {
  OwnSignalHandlers handlers;  ///< the first made and the last to go
  SCREEN* screen = nullptr;
  bool color = false;
  bool utf8 = false;

  ~Impl() {
    if (screen == nullptr) return;
    endwin();
    delscreen(screen);
  }
};

bool Terminal::is_possible() {
  const char* const kind = std::getenv("TERM");
  return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 && kind != nullptr &&
         *kind != '\0' && std::strcmp(kind, "dumb") != 0;
}

Result<Terminal> Terminal::open(TerminalOptions options) {
  std::setlocale(LC_CTYPE, "");
  auto impl = std::make_unique<Impl>();
  impl->utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  impl->screen = newterm(nullptr, stdout, stdin);
  if (impl->screen == nullptr)
    return Error{"the terminal cannot be drawn on",
                 "set TERM to its kind, or send the output to a file for plain lines"};
  impl->color = options.color;
  if (options.color) choose_colors();
  cbreak();
  noecho();
  nonl();
  curs_set(0);
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  return Terminal(std::move(impl));
}

Terminal::Terminal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Terminal::Terminal(Terminal&&) noexcept = default;
Terminal& Terminal::operator=(Terminal&&) noexcept = default;
Terminal::~Terminal() = default;

FrameSize Terminal::size() const {
  return {static_cast<std::size_t>(COLS), static_cast<std::size_t>(LINES)};
}

Glyphs Terminal::glyphs() const {
  return {impl_->utf8};
}

void Terminal::draw(const Frame& frame) {
  erase();
  for (std::size_t row = 0; row < frame.size(); ++row) {
    move(static_cast<int>(row), 0);
    for (const auto& span : frame[row].spans()) {
      const auto& look = looks().at(span.style);
      attr_set(look.attributes, impl_->color ? look.pair : static_cast<short>(0), nullptr);
      addstr(span.text.c_str());
    }
  }
  attr_set(A_NORMAL, 0, nullptr);
  refresh();
}

int Terminal::key() {
  const int pressed = getch();
  switch (pressed) {
    case ERR:
      return key_none;
    case KEY_UP:
      return key_up;
    case KEY_DOWN:
      return key_down;
    case KEY_PPAGE:
      return key_page_up;
    case KEY_NPAGE:
      return key_page_down;
    case KEY_RESIZE:
      return key_resize;
    case KEY_BACKSPACE:
    case '\b':
      return key_erase;
    case KEY_ENTER:
    case '\r':
      return key_enter;
    default:
      return pressed;
  }
}

}  // namespace cutover
