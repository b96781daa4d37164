// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/study_output.h"

#include "osteocalc/core/provenance.h"
#include "osteocalc/report/study_json.h"
#include "osteocalc/report/text_file.h"

#include "page_style.h"
#include "study_template.h"

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

namespace osteocalc::report {
namespace {

using kainjow::mustache::data;
using List = kainjow::mustache::list;

template <class T>
std::string shown(const std::optional<T>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "-";
}

data bed_row(const study::BedScore& bed) {
  data row;
  row.set("bed", bed.bed);
  row.set("agatston", bed.reference ? fmt::format("{:.1f}", bed.reference->agatston) : "refused");
  row.set("volume", bed.reference ? fmt::format("{:.1f}", bed.reference->volume_mm3) : "-");
  row.set("density", bed.reference ? shown(bed.reference->density_score, "{:.2f}") : "-");
  row.set("lesions", bed.reference ? std::to_string(bed.reference->lesions) : "-");
  row.set("max_hu", bed.reference ? shown(bed.reference->max_hu, "{}") : "-");
  row.set("category", bed.category ? bed.category->level : "-");
  row.set("percentile", bed.percentile ? bed.percentile->text() : "-");
  row.set("complete", bed.complete ? "yes" : "no: " + bed.incomplete_reason);
  return row;
}

/// One bed's score under every variant, beside the reference's.
data variant_rows(const study::BedScore& bed) {
  List rows;
  for (std::size_t i = 0; i < bed.variants.size(); ++i) {
    data row;
    row.set("variant", std::string(to_string(bed.variants[i].variant)));
    row.set("agatston", fmt::format("{:.1f}", bed.variants[i].agatston));
    row.set("ratio", bed.reference->agatston > 0
                         ? fmt::format("{:.2f}", bed.variants[i].agatston / bed.reference->agatston)
                         : "-");
    row.set("category", i < bed.variant_categories.size() ? bed.variant_categories[i].level : "-");
    rows.push_back(row);
  }
  data table;
  table.set("bed", bed.bed);
  table.set("rows", rows);
  return table;
}

/// One bed's row of the contact guard, 0 to 5 mm.
List guard_rows(const study::StudyResult& result) {
  List rows;
  for (std::size_t i = 0; i < result.contact_guard.size();) {
    const std::string& bed = result.contact_guard[i].bed;
    List agatston, bone;
    bool changes = false;
    const double at_zero = result.contact_guard[i].agatston;
    for (; i < result.contact_guard.size() && result.contact_guard[i].bed == bed; ++i) {
      const study::ContactGuard& guard = result.contact_guard[i];
      agatston.push_back(data("value", fmt::format("{:.1f}", guard.agatston)));
      bone.push_back(data("value", shown(guard.bone_hu, "{:.1f}")));
      changes = changes || guard.agatston != at_zero;
    }
    if (!changes)
      continue;
    data row;
    row.set("bed", bed);
    row.set("agatston", agatston);
    row.set("bone", bone);
    rows.push_back(row);
  }
  return rows;
}

/// "105 +- 3", or the value alone where its standard error is not known.
std::string with_se(const std::optional<double>& value, const std::optional<double>& se) {
  if (!value || !se)
    return shown(value, "{:.0f}");
  return fmt::format("{:.0f} +- {:.0f}", *value, *se);
}

std::string region_text(const std::optional<bone::RegionDensity>& region) {
  if (!region)
    return "-";
  return region->bmd_mg_cm3 ? fmt::format("{:.0f} HU, {:.0f}", region->hu.mean_hu, *region->bmd_mg_cm3)
                            : fmt::format("{:.0f} HU", region->hu.mean_hu);
}

data vertebra_row(const bone::VertebraDensity& vertebra) {
  data row;
  row.set("level", std::string(to_string(vertebra.level)));
  row.set("hu", vertebra.trabecular ? fmt::format("{:.0f}", vertebra.trabecular->mean_hu) : "-");
  row.set("sd", vertebra.trabecular ? fmt::format("{:.0f}", vertebra.trabecular->sd_hu) : "-");
  row.set("n", vertebra.trabecular ? std::to_string(vertebra.trabecular->n) : "-");
  row.set("bmd", with_se(vertebra.bmd_mg_cm3, vertebra.bmd_se_mg_cm3));
  row.set("integral", region_text(vertebra.integral));
  row.set("shell", region_text(vertebra.shell));
  std::string losses;
  for (const bone::NamedLoss& loss : vertebra.height_losses)
    losses += fmt::format("{}{:.0f}", losses.empty() ? "" : ", ", 100 * loss.loss);
  row.set("losses", losses.empty() ? "-" : losses);
  row.set("genant", shown(vertebra.genant, "{}"));
  const auto& h = vertebra.heights;
  row.set("heights",
          h ? fmt::format("{:.1f} +- {:.1f}, {:.1f} +- {:.1f}, {:.1f} +- {:.1f}", h->anterior_mm, h->anterior_se_mm,
                          h->middle_mm, h->middle_se_mm, h->posterior_mm, h->posterior_se_mm)
            : "-");
  row.set("used", vertebra.excluded ? "no: " + *vertebra.excluded : "yes");
  return row;
}

data issue_row(const Issue& issue) {
  data row;
  row.set("level", std::string(to_string(issue.level)));
  row.set("rule", issue.rule);
  row.set("where", issue.where);
  row.set("text", issue.text);
  return row;
}

std::string description(const study::StudyInfo& info) {
  std::string text = fmt::format("CT, {} slices {:g} mm apart", info.slices, info.increment_mm);
  if (info.kvp_kv)
    text += fmt::format(", {:g} kV", *info.kvp_kv);
  if (!info.kernel.empty())
    text += ", kernel " + info.kernel;
  if (info.age_years)
    text += fmt::format(", {:g} years", *info.age_years);
  if (info.sex)
    text += *info.sex == Sex::Female ? ", female" : ", male";
  return text + fmt::format(", contrast {}.", to_string(info.contrast));
}

std::string headline(const study::StudyResult& result) {
  std::string text;
  for (const char* bed : {"coronary", "aorta_abdominal"})
    for (const study::BedScore& score : result.beds)
      if (score.bed == bed && score.reference)
        text += fmt::format("{} Agatston {}{:.0f}{}. ", score.bed == "coronary" ? "Coronary" : "Abdominal aortic",
                            score.bed == "coronary" && has_rule(result.issues, "CAL-LOWER-BOUND") ? "at least " : "",
                            score.reference->agatston, score.complete ? "" : " (a part of the bed may be missing)");
  if (result.bone && result.bone->summary) {
    const bone::BoneSummary& summary = *result.bone->summary;
    text += fmt::format("Trabecular bone of {} and {}: {:.0f} HU", to_string(summary.levels[0]),
                        to_string(summary.levels[1]), summary.mean_hu);
    if (summary.bmd_mg_cm3)
      text += fmt::format(", {:.0f} mg/cm3", *summary.bmd_mg_cm3);
    text += ". ";
  }
  if (result.paradox.quadrant)
    text += "Quadrant: " + *result.paradox.quadrant + ".";
  return text.empty() ? "Nothing could be measured in this study." : text;
}

/// What stands above the table: the mean, and what published classes say of it. No class is a T-score.
std::string summary_text(const bone::BoneSummary& summary) {
  std::string text = fmt::format("Mean of {} and {}: {:.1f} HU", to_string(summary.levels[0]),
                                 to_string(summary.levels[1]), summary.mean_hu);
  if (summary.bmd_mg_cm3)
    text += fmt::format(", {} mg/cm3", with_se(summary.bmd_mg_cm3, summary.bmd_se_mg_cm3));
  if (summary.category)
    text += fmt::format(", {} ({})", summary.category->level, summary.category->table);
  text += ".";
  if (summary.l1_hu_category)
    text += fmt::format(" HU of L1: {} ({}).", summary.l1_hu_category->level, summary.l1_hu_category->table);
  if (summary.l1_hu_normative)
    text += fmt::format(" People of this age: {:g} HU, SD {:g} ({}).", summary.l1_hu_normative->mean_hu,
                        summary.l1_hu_normative->sd_hu, summary.l1_hu_normative->table);
  return text;
}

void set_bone(data& page, const bone::BoneResult& bone) {
  List rows;
  for (const bone::VertebraDensity& vertebra : bone.vertebrae)
    rows.push_back(vertebra_row(vertebra));
  page.set("has_bone", !bone.vertebrae.empty());
  page.set("vertebrae", rows);
  page.set("calibration", fmt::format("Calibration: {}{}.", to_string(bone.calibration.mode),
                                      bone.calibration.name.empty() ? "" : " (" + bone.calibration.name + ")"));
  page.set("voi", std::string(to_string(bone.definition)));
  page.set("summary", bone.summary ? summary_text(*bone.summary) : "No mean over levels.");
  page.set("soft_tissue", bone.soft_tissue
                              ? fmt::format("At L3: muscle {} cm2, fat {:.0f} cm2.",
                                            shown(bone.soft_tissue->muscle_cm2, "{:.0f}"), bone.soft_tissue->fat_cm2)
                              : "");
}

} // namespace

std::string study_html(const study::StudyResult& result, const std::vector<QcPicture>& pictures) {
  data page;
  page.set("css", page_style);
  page.set("title", "Study " + result.study.subject.value_or("without a subject"));
  page.set("description", description(result.study));
  page.set("headline", headline(result));
  List beds, issues, refusals, figures;
  for (const study::BedScore& bed : result.beds)
    beds.push_back(bed_row(bed));
  for (const Issue& issue : result.issues)
    (issue.level == IssueLevel::Refused ? refusals : issues).push_back(issue_row(issue));
  for (const QcPicture& picture : pictures) {
    data figure;
    figure.set("file", picture.file);
    figure.set("title", picture.title);
    figure.set("caption", picture.caption);
    figures.push_back(figure);
  }
  List variants;
  for (const study::BedScore& bed : result.beds)
    if (bed.reference && bed.variants.size() > 1 && bed.reference->agatston > 0)
      variants.push_back(variant_rows(bed));
  const List guards = guard_rows(result);
  page.set("has_variants", !variants.empty());
  page.set("variants", variants);
  page.set("has_guards", !guards.empty());
  page.set("guards", guards);
  page.set("noise", result.noise
                        ? fmt::format("Blood {:.0f} HU, noise {:.0f} HU.", result.noise->mean_hu, result.noise->sd_hu)
                        : "");
  page.set("has_beds", !result.beds.empty());
  page.set("beds", beds);
  page.set("refusals", refusals);
  page.set("issues", issues);
  page.set("pictures", figures);
  if (result.bone)
    set_bone(page, *result.bone);
  page.set("version", std::string(version()));
  page.set("commit", std::string(commit()));
  return kainjow::mustache::mustache(study_template).render(page);
}

void write_study_output(const study::StudyResult& result, const CtImage& image, const std::filesystem::path& folder) {
  write_text_file(folder / "result.json", study_json(result));
  write_text_file(folder / "lesions.csv", lesions_csv(result));
  write_text_file(folder / "vertebrae.csv", vertebrae_csv(result));
  const std::vector<QcPicture> pictures = write_qc_pictures(image, result, folder / "qc");
  write_text_file(folder / "report.html", study_html(result, pictures));
}

} // namespace osteocalc::report
