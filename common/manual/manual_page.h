// Manual pages, in the man macros: of a program (section 1) and of a configuration file (section
// 5).
#pragma once

#include <string>
#include <vector>

#include "common/manual/program_words.h"
#include "common/toml/option_doc.h"

namespace cutover {

/// A section in plain words; a line that begins with two blanks is shown as it stands.
struct ManualSection {
  std::string title;
  std::string text;
};

struct ProgramPage {
  CommandWords words;
  std::string version;
  std::string description = {};
  std::vector<ManualSection> sections = {};  ///< after the options
  std::string date = {};                     ///< of the release: 2026-11-22
};

struct ConfigPage {
  std::string name;     ///< "cutover.toml"
  std::string summary;  ///< for the NAME line
  std::string version;
  std::string description = {};
  std::vector<OptionDoc> options = {};
  std::vector<ManualSection> sections = {};
  std::string date = {};
};

std::string to_manual(const ProgramPage& page);
std::string to_manual(const ConfigPage& page);

}  // namespace cutover
