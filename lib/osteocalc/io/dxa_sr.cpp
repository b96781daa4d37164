// SPDX-License-Identifier: Apache-2.0
// There is no DICOM template for densitometry: a report is read by its words, concept by concept, line by line.
#include "osteocalc/io/dxa_results.h"

#include "osteocalc/core/error.h"
#include "osteocalc/io/dcmtk_setup.h"
#include "osteocalc/io/dxa_words.h"
#include "osteocalc/io/guarded_stream.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrcodtn.h>
#include <dcmtk/dcmsr/dsrdoc.h>
#include <dcmtk/dcmsr/dsrnumtn.h>
#include <dcmtk/dcmsr/dsrtextn.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace osteocalc::io {
namespace {

/// Adds a number where it is clear what it is of.
void add_number(DxaReport& report, const DxaWords& words, const std::optional<Printed>& number) {
  if (!words.quantity || !number)
    return;
  const bool is_aac = words.quantity == DxaQuantity::Aac24 || words.quantity == DxaQuantity::Aac8;
  const bool is_amount =
      words.quantity == DxaQuantity::Abmd || words.quantity == DxaQuantity::Bmc || words.quantity == DxaQuantity::Area;
  if ((!is_aac && (words.site.empty() || words.site == "?")) || (is_amount && number->value <= 0))
    return;
  add_exam(report, reported_exam(words, *number));
}

/// Site and side as the words from within outwards tell them; a total is the spine's or the hip's by what is around.
void settle(DxaWords& words, const std::vector<DxaWords>& around) {
  for (auto outer = around.rbegin(); outer != around.rend(); ++outer) {
    if ((words.site.empty() || words.site == "?") && !outer->site.empty())
      words.site = outer->site == "?" && words.site == "?" ? "?" : outer->site;
    words.side = words.side ? words.side : outer->side;
  }
}

/// A report written as lines. A site stands until a line names another; a line of quantities alone heads columns.
class LineReader {
 public:
  LineReader(DxaReport& report, std::vector<DxaWords> around) : report_(report), around_(std::move(around)) {}

  void read(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      read_line(line);
  }

 private:
  /// A word of a line: a quantity, a number, or part of a site's name.
  struct Piece {
    std::optional<DxaQuantity> quantity;
    std::optional<Printed> number;
    std::string text;
  };

  static std::vector<Piece> pieces_of(std::string line) {
    for (const auto& [from, to] : {std::pair{"T-score", "Tscore"},
                                   {"T-Score", "Tscore"},
                                   {"T score", "Tscore"},
                                   {"Z-score", "Zscore"},
                                   {"Z-Score", "Zscore"},
                                   {"Z score", "Zscore"}})
      for (std::size_t at = line.find(from); at != std::string::npos; at = line.find(from, at))
        line.replace(at, std::string(from).size(), to);
    std::ranges::replace_if(
        line, [](char c) { return c == '|' || c == ':' || c == ';' || c == '=' || c == '\t' || c == '(' || c == ')'; },
        ' ');
    std::vector<Piece> pieces;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      while (word.size() > 1 && (word.back() == ',' || word.back() == '.'))
        word.pop_back();
      pieces.push_back({dxa_words(word).quantity, printed_number(word), word});
    }
    return pieces;
  }

  void read_line(const std::string& line) {
    const std::vector<Piece> pieces = pieces_of(line);
    const auto quantities = std::ranges::count_if(pieces, [](const Piece& p) { return p.quantity.has_value(); });
    const auto numbers = std::ranges::count_if(pieces, [](const Piece& p) { return p.number.has_value(); });
    DxaWords named = dxa_words(line.substr(0, line.find_first_of(":=")));
    if (quantities > 1 && numbers == 0)
      start_table(pieces, line);
    else if (quantities == 0 && numbers > 0 && !columns_.empty())
      read_cells(pieces);
    else if (quantities > 0)
      read_pairs(pieces, line);
    else if (numbers == 0 && (!named.site.empty() || named.side))
      around_.push_back(named); // a heading: "Left hip"
  }

  void start_table(const std::vector<Piece>& pieces, const std::string& line) {
    columns_.clear();
    const DxaWords whole = dxa_words(line);
    for (const Piece& piece : pieces)
      if (piece.quantity) {
        DxaWords column{piece.quantity, "", {}, 1};
        if (piece.quantity == DxaQuantity::Abmd)
          column.factor = whole.quantity ? dxa_words("BMD " + line).factor : 1;
        columns_.push_back(column);
      }
  }

  /// "L1  14.06  13.75  0.978  -0.1"
  void read_cells(const std::vector<Piece>& pieces) {
    std::string name;
    std::vector<Printed> numbers;
    for (const Piece& piece : pieces)
      if (piece.number)
        numbers.push_back(*piece.number);
      else if (numbers.empty())
        name += piece.text + " ";
    if (numbers.size() > columns_.size())
      return; // whose column is whose is not clear
    const DxaWords site = dxa_words(name);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      DxaWords words = columns_[i];
      words.site = site.site;
      words.side = site.side;
      if (words.site == "?" || !words.side)
        settle(words, around_);
      if (!site.site.empty())
        add_number(report_, words, numbers[i]);
    }
  }

  /// "L1-L4: BMD 0.912 g/cm2, T-score -1.2"; what stands before a quantity names its site.
  void read_pairs(const std::vector<Piece>& pieces, const std::string& line) {
    std::string name;
    DxaWords words, site;
    for (const Piece& piece : pieces) {
      if (piece.quantity) {
        if (const DxaWords named = dxa_words(name); !named.site.empty())
          site = named;
        name.clear();
        words = site;
        words.quantity = piece.quantity;
        words.factor = piece.quantity == DxaQuantity::Abmd ? dxa_words("BMD " + line).factor : 1;
      } else if (piece.number && words.quantity) {
        settle(words, around_);
        add_number(report_, words, piece.number);
        words.quantity.reset();
      } else if (!piece.number) {
        name += piece.text + " ";
      }
    }
  }

  DxaReport& report_;
  std::vector<DxaWords> around_;
  std::vector<DxaWords> columns_;
};

std::string meaning(const DSRCodedEntryValue& code) {
  return code.getCodeMeaning();
}

bool names_a_place(const std::string& concept_name) {
  const std::string words = " " + plain_words(concept_name) + " ";
  for (const char* word : {" site ", " region ", " roi ", " level ", " vertebra ", " anatomic ", " laterality ",
                           " side ", " scan ", " exam ", " procedure ", " body "})
    if (words.find(word) != std::string::npos)
      return true;
  return false;
}

class TreeReader {
 public:
  TreeReader(DSRDocumentTree& tree, DxaReport& report) : report_(report) { tree.getCursorToRootNode(cursor_); }

  void read() { read_level({}); }

 private:
  [[nodiscard]] const DSRDocumentTreeNode& node() const { return *cursor_.getNode(); }

  /// Values of the items beside that say which site or side a container is of.
  void add_places(std::vector<DxaWords>& around) {
    DSRDocumentTreeNodeCursor beside = cursor_;
    do {
      const DSRDocumentTreeNode& item = *beside.getNode();
      std::string value;
      if (item.getValueType() == DSRTypes::VT_Text)
        value = static_cast<const DSRTextTreeNode&>(item).getValue();
      else if (item.getValueType() == DSRTypes::VT_Code)
        value = static_cast<const DSRCodeTreeNode&>(item).getCodeMeaning();
      else
        continue;
      if (names_a_place(meaning(item.getConceptName())) && value.find('\n') == std::string::npos)
        around.push_back(dxa_words(value));
    } while (beside.gotoNext());
  }

  /// The item at the cursor and those after it.
  void read_level(std::vector<DxaWords> around) {
    add_places(around);
    do {
      const DSRDocumentTreeNode& item = node();
      const std::string name = meaning(item.getConceptName());
      std::vector<DxaWords> within = around;
      within.push_back(dxa_words(name));
      if (item.getValueType() == DSRTypes::VT_Num)
        read_number(static_cast<const DSRNumTreeNode&>(item), name, around);
      else if (item.getValueType() == DSRTypes::VT_Text)
        LineReader(report_, around).read(text_of(static_cast<const DSRTextTreeNode&>(item), name));
      if (item.hasChildNodes() && cursor_.goDown() > 0) {
        read_level(std::move(within));
        cursor_.goUp();
      }
    } while (cursor_.gotoNext() > 0);
  }

  /// A short text is the value of its concept: "L1 BMD" and "0.978 g/cm2".
  static std::string text_of(const DSRTextTreeNode& item, const std::string& name) {
    const std::string text = item.getValue();
    return dxa_words(name).quantity && text.find('\n') == std::string::npos ? name + ": " + text : text;
  }

  void read_number(const DSRNumTreeNode& item, const std::string& name, std::vector<DxaWords> around) {
    DSRDocumentTreeNodeCursor below = cursor_; // modifiers of this number say its site
    if (item.hasChildNodes() && below.goDown() > 0)
      do {
        const DSRDocumentTreeNode& child = *below.getNode();
        if (child.getValueType() == DSRTypes::VT_Code)
          around.push_back(dxa_words(static_cast<const DSRCodeTreeNode&>(child).getCodeMeaning()));
        else if (child.getValueType() == DSRTypes::VT_Text)
          around.push_back(dxa_words(static_cast<const DSRTextTreeNode&>(child).getValue()));
      } while (below.gotoNext() > 0);
    const DSRCodedEntryValue& unit = item.getMeasurementUnit();
    DxaWords words = dxa_words(name + " (" + unit.getCodeValue().c_str() + ")");
    settle(words, around);
    add_number(report_, words, printed_number(item.getNumericValue().c_str()));
  }

  DSRDocumentTreeNodeCursor cursor_;
  DxaReport& report_;
};

void read_person(DcmDataset& dataset, DxaReport& report) {
  const auto text = [&](const DcmTagKey& tag) {
    OFString value;
    dataset.findAndGetOFStringArray(tag, value);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\0'))
      value.pop_back();
    return std::string(value.c_str());
  };
  report.patient_id = text(DCM_PatientID);
  report.manufacturer = text(DCM_Manufacturer);
  report.sex = sex_from_string(text(DCM_PatientSex));
  int years = 0;
  char unit = 0;
  if (std::sscanf(text(DCM_PatientAge).c_str(), "%d%c", &years, &unit) == 2 && unit == 'Y')
    report.age_years = years;
}

} // namespace

std::optional<DxaReport> read_dxa_sr(const std::filesystem::path& file) {
  setup_dcmtk();
  DcmFileFormat format;
  if (!load_guarded(file, format))
    return std::nullopt;
  DcmDataset& dataset = *format.getDataset();
  OFString modality;
  dataset.findAndGetOFString(DCM_Modality, modality);
  if (modality != "SR")
    return std::nullopt;
  DSRDocument document;
  const OFCondition status =
      document.read(dataset, DSRTypes::RF_readDigitalSignatures | DSRTypes::RF_ignoreRelationshipConstraints |
                                 DSRTypes::RF_skipInvalidContentItems | DSRTypes::RF_acceptInvalidContentItemValue);
  if (status.bad())
    throw DicomError("a structured report cannot be read: " + std::string(status.text()) +
                     " (its results would be missing) export it again, or export the results as a table");
  DxaReport report;
  read_person(dataset, report);
  TreeReader(document.getTree(), report).read();
  // An area alone is another program's: of a muscle beside L3, of a beam.
  for (ReportedExam& exam : report.exams)
    std::erase_if(exam.sites, [](const ReportedSite& site) {
      return !site.bmc_g && !site.abmd_g_cm2 && !site.t_score && !site.z_score;
    });
  std::erase_if(report.exams, [](const ReportedExam& exam) { return exam.sites.empty() && !exam.aac24; });
  if (report.exams.empty())
    report.issues.push_back(refused("DXA-SR-EMPTY", "report",
                                    "the structured report names no BMD, BMC, area or score of a known site (there is "
                                    "nothing to read) export the results as a table"));
  return report;
}

} // namespace osteocalc::io
