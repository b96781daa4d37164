// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/report/cohort_tables.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/csv_text.h"
#include "osteocalc/report/text_file.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xlsxwriter.h>

namespace osteocalc::report {

namespace {

using cohort::CohortResult;
using Row = std::vector<SheetCell>;

SheetCell count(std::size_t value) {
  return std::optional(static_cast<double>(value));
}

Sheet models_sheet(const CohortResult& result) {
  Sheet sheet{"models",
              {"model", "family", "design", "errors", "formula", "n", "df", "term", "estimate", "se", "statistic", "p",
               "ci_low", "ci_high"},
              {}};
  for (const cohort::FittedModel& fitted : result.models)
    for (const cohort::Term& term : fitted.model.terms) {
      const cohort::Model& model = fitted.model;
      sheet.rows.push_back({fitted.spec.id, model.family, model.design, model.errors, model.formula, count(model.n),
                            std::optional(model.df), term.name, std::optional(term.estimate), term.se, term.statistic,
                            term.p, term.ci_low, term.ci_high});
    }
  return sheet;
}

Sheet flow_sheet(const CohortResult& result) {
  Sheet sheet{"flow", {"reason", "removed", "remaining"}, {}};
  sheet.rows.push_back({"rows of the first table", std::optional<double>(), count(result.flow.rows)});
  for (const cohort::FlowStep& step : result.flow.steps)
    sheet.rows.push_back({step.reason, count(step.removed), count(step.remaining)});
  return sheet;
}

Sheet description_sheet(const CohortResult& result) {
  Sheet sheet{"table1", {"variable"}, {}};
  Row sizes{"n"};
  for (std::size_t g = 0; g < result.description.groups.size(); ++g) {
    sheet.header.push_back(result.description.groups[g] + ": mean or count");
    sheet.header.push_back(result.description.groups[g] + ": SD or share");
    sizes.push_back(count(result.description.n[g]));
    sizes.push_back(std::optional<double>());
  }
  sheet.rows.push_back(sizes);
  for (const cohort::DescriptionRow& row : result.description.rows) {
    Row cells{row.label};
    for (std::size_t g = 0; g < row.value.size(); ++g) {
      cells.push_back(row.value[g]);
      cells.push_back(row.spread[g]);
    }
    sheet.rows.push_back(std::move(cells));
  }
  return sheet;
}

Sheet missing_sheet(const CohortResult& result) {
  Sheet sheet{"missing", {"variable", "missing", "of"}, {}};
  for (const cohort::MissingRow& row : result.description.missing)
    sheet.rows.push_back({row.variable, count(row.missing), count(result.flow.domain)});
  return sheet;
}

Sheet specification_sheet(const CohortResult& result) {
  Sheet sheet{"specifications",
              {"outcome", "exposure", "covariates", "terms", "family", "design", "n", "estimate", "se", "p",
               "standardized", "standardized_ci_low", "standardized_ci_high", "failure"},
              {}};
  for (const cohort::Specification& one : result.specifications) {
    const bool fitted = one.failure.empty();
    const auto value = [&](std::optional<double> number) { return fitted ? number : std::nullopt; };
    sheet.rows.push_back({one.spec.outcome, one.spec.terms.front(), one.covariates,
                          fmt::format("{}", fmt::join(one.spec.terms, " + ")), one.spec.family, one.spec.design,
                          count(one.n), value(one.slope), value(one.slope_se), value(one.standardized.p),
                          value(one.standardized.estimate), value(one.standardized.ci_low),
                          value(one.standardized.ci_high), one.failure});
  }
  return sheet;
}

Sheet issues_sheet(const CohortResult& result) {
  Sheet sheet{"issues", {"level", "rule", "where", "text"}, {}};
  for (const Issue& issue : result.issues)
    sheet.rows.push_back({std::string(to_string(issue.level)), issue.rule, issue.where, issue.text});
  return sheet;
}

std::string csv_text(const Sheet& sheet) {
  std::string text;
  for (std::size_t i = 0; i < sheet.header.size(); ++i)
    text += (i > 0 ? "," : "") + csv_field(sheet.header[i]);
  text += "\n";
  for (const Row& row : sheet.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto* words = std::get_if<std::string>(&row[i]);
      text += i > 0 ? "," : "";
      text += words ? csv_field(*words) : csv_number(std::get<std::optional<double>>(row[i]));
    }
    text += "\n";
  }
  return text;
}

void write_xlsx(const std::vector<Sheet>& sheets, const std::filesystem::path& file) {
  lxw_workbook* book = workbook_new(file.c_str());
  lxw_doc_properties properties{};
  properties.created = 1; // a fixed time: the same result gives the same bytes
  workbook_set_properties(book, &properties);
  lxw_format* bold = workbook_add_format(book);
  format_set_bold(bold);
  for (const Sheet& sheet : sheets) {
    lxw_worksheet* page = workbook_add_worksheet(book, sheet.name.c_str());
    lxw_col_t column = 0;
    for (const std::string& name : sheet.header)
      worksheet_write_string(page, 0, column++, name.c_str(), bold);
    lxw_row_t at = 1;
    for (const Row& row : sheet.rows) {
      column = 0;
      for (const SheetCell& cell : row) {
        if (const auto* words = std::get_if<std::string>(&cell))
          worksheet_write_string(page, at, column, words->c_str(), nullptr);
        else if (const auto& number = std::get<std::optional<double>>(cell); number && std::isfinite(*number))
          worksheet_write_number(page, at, column, *number, nullptr);
        ++column;
      }
      ++at;
    }
    worksheet_freeze_panes(page, 1, 0);
  }
  if (const lxw_error error = workbook_close(book); error != LXW_NO_ERROR)
    throw IoError(fmt::format("cannot write {}: {}", file.string(), lxw_strerror(error)));
}

} // namespace

std::vector<Sheet> cohort_sheets(const CohortResult& result) {
  return {models_sheet(result),  flow_sheet(result),          description_sheet(result),
          missing_sheet(result), specification_sheet(result), issues_sheet(result)};
}

void write_cohort_tables(const std::vector<Sheet>& sheets, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (const Sheet& sheet : sheets)
    write_text_file(folder / (sheet.name + ".csv"), csv_text(sheet));
  write_xlsx(sheets, folder / "cohort.xlsx");
}

} // namespace osteocalc::report
