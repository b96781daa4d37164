// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/study/dxa_study.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"
#include "osteocalc/dxa/reported.h"
#include "osteocalc/io/dxa_exam.h"
#include "osteocalc/io/dxa_image.h"
#include "osteocalc/io/dxa_results.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace osteocalc::study {
namespace {

using Paths = std::vector<std::filesystem::path>;

std::optional<DxaExam> exam_of(const io::DicomHeader& header) {
  return io::dxa_exam_from(
      {header.protocol_name, header.series_description, header.study_description, header.body_part, header.laterality});
}

bool is_attenuation(const io::DicomHeader& header) {
  return header.rescale_type == "ATTENUATION";
}

/// A radiograph or a screen capture is a densitometer's only when it names an exam.
bool is_dxa_image(const io::DicomHeader& header) {
  return io::is_dxa_modality(header.modality) &&
         (exam_of(header) || header.modality == "BMD" || header.maps_to_areal_density ||
          io::is_areal_density_unit(header.rescale_type) || is_attenuation(header));
}

std::string name_of(const std::optional<DxaExam>& exam) {
  return exam ? std::string(to_string(*exam)) : "dxa";
}

/// What an image or a report gives of one exam.
struct Candidate {
  DxaPart part;
  std::optional<DxaScan> scan;
  int rank = 0; ///< the lowest counts
  Issues issues;
  Paths files;
};

bool has_numbers(const dxa::DxaResult& result) {
  return !result.sites.empty() || (result.aac && result.aac->aac24);
}

int rank_of(const DxaImage& image, const dxa::DxaResult& result) {
  if (!has_numbers(result))
    return 3;
  return image.content == DxaContent::ArealDensity ? 0 : 1;
}

/// Issues with their exam's name.
Issues placed(Issues issues, const std::optional<DxaExam>& exam) {
  for (Issue& issue : issues)
    issue.where = name_of(exam) + (issue.where == "image" ? "" : " " + issue.where);
  return issues;
}

class Reader {
 public:
  Reader(const DxaStudyOptions& options, DxaStudy& study) : options_(options), study_(study) {}

  void read_image(const Paths& files) {
    guarded([&] {
      DxaScan scan{io::read_dxa_image(files), {}};
      if (!admit(scan.image.patient_id, scan.image.age_years, scan.image.sex))
        return;
      DxaOptions options = options_.each;
      if (const auto regions = scan.image.exam ? options_.regions.find(*scan.image.exam) : options_.regions.end();
          regions != options_.regions.end())
        options.regions = regions->second;
      scan.measured = measure_dxa(scan.image, options);
      Candidate found{
          {scan.image.exam, false, scan.measured.result}, {}, rank_of(scan.image, scan.measured.result), {}, {}};
      found.issues = scan.measured.result.issues;
      found.files = files;
      found.scan = std::move(scan);
      candidates_.push_back(std::move(found));
    });
  }

  void read_report(const std::filesystem::path& file) {
    guarded([&] {
      const auto report = io::read_dxa_sr(file);
      if (!report)
        return;
      if (report->exams.empty()) { // a CT's dose report, most likely
        empty_reports_ = report->issues;
        return;
      }
      if (!admit(report->patient_id, report->age_years, report->sex))
        return;
      append(study_.issues, report->issues);
      for (DxaPart& part : score_report(*report, options_.each).parts) {
        Issues issues = part.result.issues;
        candidates_.push_back({std::move(part), {}, 2, std::move(issues), {}});
      }
    });
  }

  /// One part an exam.
  void choose() {
    if (candidates_.empty() && study_.issues.empty() && !options_.beside_ct)
      study_.issues = empty_reports_;
    std::ranges::stable_sort(candidates_, {}, [](const Candidate& one) { return std::pair(one.part.exam, one.rank); });
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      Candidate& one = candidates_[i];
      if (i > 0 && candidates_[i - 1].part.exam == one.part.exam) {
        note_further(one);
        continue;
      }
      append(study_.issues, placed(one.issues, one.part.exam));
      study_.parts.push_back(std::move(one.part));
      study_.files.push_back(std::move(one.files));
      if (one.scan && has_numbers(study_.parts.back().result))
        study_.scans.push_back(std::move(*one.scan));
    }
  }

 private:
  template <class Read>
  void guarded(const Read& read) {
    try {
      read();
    } catch (const Refusal& refusal) {
      append(study_.issues, refusal.issues());
    } catch (const Error& error) {
      study_.issues.push_back(refused("DXA-UNREADABLE", "dxa", error.what()));
    }
  }

  /// False for the image of another person than those before.
  bool admit(const std::string& patient_id, const std::optional<double>& age_years, const std::optional<Sex>& sex) {
    const std::string& known = options_.patient_id.empty() ? study_.patient_id : options_.patient_id;
    if (!known.empty() && !patient_id.empty() && patient_id != known) {
      study_.issues.push_back(refused("STUDY-OTHER-PERSON", "dxa",
                                      "the study holds images under different patient ids (two people in one record "
                                      "would be worse than one person in two) analyse each person's files alone"));
      return false;
    }
    if (study_.patient_id.empty())
      study_.patient_id = patient_id;
    study_.age_years = study_.age_years ? study_.age_years : age_years;
    study_.sex = study_.sex ? study_.sex : sex;
    return true;
  }

  /// Pictures beside a measured image are what scanners export along; a second measurement must be told.
  void note_further(const Candidate& one) {
    if (has_numbers(one.part.result))
      study_.issues.push_back(info("DXA-FURTHER", name_of(one.part.exam),
                                   fmt::format("the exam is there again, {} (one counts) analyse it alone for its "
                                               "numbers",
                                               one.part.reported ? "in the scanner's results" : "as another image")));
  }

  const DxaStudyOptions& options_;
  DxaStudy& study_;
  std::vector<Candidate> candidates_;
  Issues empty_reports_; ///< told only where nothing else is there
};

} // namespace

DxaFiles find_dxa_files(const io::Inventory& inventory) {
  DxaFiles files;
  std::map<std::optional<DxaExam>, Paths> single_energies;
  std::set<std::filesystem::path> images;
  for (const io::Series& series : inventory.series)
    for (const io::DicomHeader& header : series.slices) {
      if (header.modality == "SR")
        files.reports.push_back(header.file);
      else if (header.frame == 0 && is_dxa_image(header) && images.insert(header.file).second &&
               is_attenuation(header) && header.pixels.frames == 1)
        single_energies[exam_of(header)].push_back(header.file);
    }
  for (auto& [exam, pair] : single_energies) {
    if (pair.size() != 2) // alone each says itself why it cannot be used
      continue;
    for (const std::filesystem::path& file : pair)
      images.erase(file);
    files.images.push_back(std::move(pair));
  }
  for (const std::filesystem::path& file : images)
    files.images.push_back({file});
  std::ranges::sort(files.images);
  std::ranges::sort(files.reports);
  return files;
}

DxaPerson score_report(const DxaReport& report, const DxaOptions& options) {
  const dxa::ScoringContext context = scoring_context(report, options);
  DxaPerson person{report.patient_id, context.person.age_years, context.person.sex, {}, report.issues};
  for (const ReportedExam& exam : report.exams) {
    person.parts.push_back({exam.exam, true, dxa::score_reported(exam, context)});
    append(person.issues, placed(person.parts.back().result.issues, exam.exam));
  }
  return person;
}

DxaStudy measure_dxa_study(const DxaFiles& files, const DxaStudyOptions& options) {
  DxaStudy study;
  study.reference = options.each.reference;
  Reader reader(options, study);
  std::string hashes;
  for (const Paths& image : files.images) {
    reader.read_image(image);
    for (const std::filesystem::path& file : image)
      hashes += sha256_hex_of_file(file);
  }
  for (const std::filesystem::path& report : files.reports) {
    reader.read_report(report);
    hashes += sha256_hex_of_file(report);
  }
  reader.choose();
  study.inputs_sha256 = sha256_hex(hashes);
  return study;
}

} // namespace osteocalc::study
