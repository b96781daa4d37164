// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/study_output.h"

#include "osteocalc/core/provenance.h"
#include "osteocalc/report/dxa_picture.h"
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

std::string description(const study::StudyResult& result) {
  const study::StudyInfo& info = result.study;
  const bool ct = info.modality == "CT";
  std::string text = ct ? fmt::format("CT, {} slices {:g} mm apart", info.slices, info.increment_mm) : "DXA";
  if (info.kvp_kv)
    text += fmt::format(", {:g} kV", *info.kvp_kv);
  if (!info.kernel.empty())
    text += ", kernel " + info.kernel;
  if (info.age_years)
    text += fmt::format(", {:g} years", *info.age_years);
  if (info.sex)
    text += *info.sex == Sex::Female ? ", female" : ", male";
  if (ct)
    text += fmt::format(", contrast {}", to_string(info.contrast));
  return text + (ct && !result.dxa.empty() ? ", and DXA." : ".");
}

std::string exam_name(const std::optional<DxaExam>& exam) {
  return exam ? std::string(to_string(*exam)) : "dxa";
}

/// The summaries: spine, neck and total hip, as far as they were measured.
std::string dxa_headline(const study::StudyResult& result) {
  std::string text;
  for (const study::DxaPart& part : result.dxa) {
    for (const dxa::ScoredSite& site : part.result.sites)
      if (site.site == "neck" || site.site == "total" || (site.site[0] == 'L' && site.site.size() > 2))
        text +=
            fmt::format("Areal density of {} ({}): {:.3f} g/cm2{}. ", site.site, exam_name(part.exam), site.abmd_g_cm2,
                        site.scores.t_score ? fmt::format(", T {:+.1f}", *site.scores.t_score) : "");
    if (part.result.aac && part.result.aac->aac24)
      text += fmt::format("AAC-24: {}. ", *part.result.aac->aac24);
  }
  return text;
}

data dxa_row(const study::DxaPart& part, const dxa::ScoredSite& site) {
  data row;
  row.set("exam", exam_name(part.exam));
  row.set("site", site.site);
  row.set("bmc", shown(site.bmc_g, "{:.2f}"));
  row.set("area", shown(site.area_cm2, "{:.2f}"));
  row.set("abmd", fmt::format("{:.3f}", site.abmd_g_cm2));
  row.set("t", shown(site.scores.t_score, "{:+.1f}"));
  row.set("z", shown(site.scores.z_score, "{:+.1f}"));
  row.set("reported", shown(site.reported_t_score, "{:+.1f}"));
  row.set("category", site.scores.category.value_or("-"));
  const bool level = site.site.size() == 2; // a reference is of L1-L4: that a level has no T need not be said
  row.set("used", site.excluded                           ? "no: " + *site.excluded
                  : level || site.scores.t_reason.empty() ? "yes"
                                                          : "yes; no T: " + site.scores.t_reason);
  return row;
}

/// AAC of a lateral image, and the texture, which no published cut-off fits.
std::string dxa_notes(const dxa::DxaResult& result) {
  std::string text;
  if (result.aac && result.aac->aac24)
    text += fmt::format("AAC-24 {}, AAC-8 {}: {} ({}). ", *result.aac->aac24, shown(result.aac->aac8, "{}"),
                        result.aac->severity[0].level, result.aac->severity[0].scheme);
  if (result.texture)
    text += fmt::format("Texture, TBS-like: {:.2f}, for which no published cut-off holds. ", result.texture->slope);
  return text;
}

void set_dxa(data& page, const study::StudyResult& result) {
  List rows;
  std::string notes, reference;
  for (const study::DxaPart& part : result.dxa) {
    for (const dxa::ScoredSite& site : part.result.sites) {
      rows.push_back(dxa_row(part, site));
      reference = site.scores.reference;
    }
    notes += dxa_notes(part.result);
  }
  page.set("has_dxa", !result.dxa.empty());
  page.set("has_sites", !rows.empty());
  page.set("sites", rows);
  page.set("dxa_notes", notes);
  page.set("dxa_reference", reference);
}

QcPicture draw_dxa(const study::DxaScan& scan, const std::filesystem::path& folder) {
  const std::string file = "dxa_" + exam_name(scan.image.exam) + ".png";
  const Volume<float>& seen = scan.measured.bone_g_cm2 ? *scan.measured.bone_g_cm2 : scan.image.frames.front();
  write_dxa_picture(seen, scan.measured.result, scan.measured.marks, scan.image.exam, folder / file);
  return {file, "DXA " + exam_name(scan.image.exam),
          "Regions as they were measured; change them in osteocalc-viewer, or in dxa/" + exam_name(scan.image.exam) +
              "/roi.json"};
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
  text += dxa_headline(result);
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
  page.set("description", description(result));
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
  set_dxa(page, result);
  page.set("no_ct", result.study.modality == "DXA");
  page.set("version", std::string(version()));
  page.set("commit", std::string(commit()));
  return kainjow::mustache::mustache(study_template).render(page);
}

void write_study_output(const study::StudyResult& result, const CtImage* image, const std::vector<study::DxaScan>& dxa,
                        const std::filesystem::path& folder) {
  write_text_file(folder / "result.json", study_json(result));
  write_text_file(folder / "lesions.csv", lesions_csv(result));
  write_text_file(folder / "vertebrae.csv", vertebrae_csv(result));
  std::vector<QcPicture> pictures;
  if (image != nullptr)
    pictures = write_qc_pictures(*image, result, folder / "qc");
  for (const study::DxaScan& scan : dxa)
    pictures.push_back(draw_dxa(scan, folder / "qc"));
  write_text_file(folder / "report.html", study_html(result, pictures));
}

} // namespace osteocalc::report
