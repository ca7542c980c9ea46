// Keys as the views know them; terminal.cpp translates.
#pragma once

namespace cutover {

enum Key : int {
  key_none = 0,
  key_enter = 10,
  key_escape = 27,
  key_erase = 127,
  key_up = 1001,
  key_down = 1002,
  key_page_up = 1003,
  key_page_down = 1004,
  key_resize = 1005
};

}  // namespace cutover
