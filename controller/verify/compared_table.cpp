#include "controller/verify/compared_table.h"

namespace cutover {

bool ComparedTable::is_called(const std::string& called) const {
  return label == called || label.ends_with("." + called);
}

std::string ComparedTable::signature() const {
  std::string text = name;
  for (const auto& column : key) text += "\nkey " + column.name + " " + column.type;
  for (const auto& column : texts) text += "\n" + column;
  return text;
}

}  // namespace cutover
