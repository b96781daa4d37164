// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/tables.h"

#include "osteocalc/batch/durable_files.h"
#include "osteocalc/batch/person_rows.h"
#include "osteocalc/core/error.h"
#include "osteocalc/report/csv_text.h"
#include "osteocalc/report/results_csv.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <array>
#include <charconv>
#include <cstdlib>
#include <deque>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

namespace osteocalc::batch {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator = cell_separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// A file that is written piece by piece and gets its name when it is whole.
class TableFile {
 public:
  explicit TableFile(const std::filesystem::path& file) : file_(file), unfinished_(file.string() + ".unfinished") {
    std::filesystem::remove(unfinished_);
    stream_.open(unfinished_, std::ios::binary);
  }
  void write(std::string_view text) { stream_ << text; }
  void finish(std::filesystem::perms permissions = std::filesystem::perms::unknown) {
    stream_.close();
    if (!stream_)
      throw IoError("cannot write " + file_.string() + " (the table would be cut off) see to space and permissions");
    if (permissions != std::filesystem::perms::unknown)
      std::filesystem::permissions(unfinished_, permissions);
    publish(unfinished_, file_);
  }

 private:
  std::filesystem::path file_, unfinished_;
  std::ofstream stream_;
};

/// Rows of the results with every cell in its column.
class Rows {
 public:
  Rows(const State& state, const Reviews& reviews) : state_(state), reviews_(reviews), people_(join_people(state)) {
    std::vector<std::string> occurring, further;
    const auto note = [&](const std::string& joined) {
      for (const std::string_view column : split(joined))
        occurring.emplace_back(column);
    };
    for (const std::string& joined : state.distinct_columns())
      note(joined);
    for (const auto& [key, verdict] : reviews.verdicts)
      note(verdict.columns);
    if (!people_.joined.empty())
      occurring.insert(occurring.end(), {"dxa_days", "dxa_study"});
    const std::string subject_columns = state.setting("subject_columns");
    for (const std::string_view column : split(subject_columns))
      (is_dxa_column(column) ? occurring : further).emplace_back(column);
    columns_ = report::table_columns(occurring, further);
    for (std::size_t i = 0; i < columns_.size(); ++i)
      places_[columns_[i]] = i;
    for (const std::string_view column : split(subject_columns))
      places_of_subject_.push_back(places_.at(std::string(column)));
    for (auto& [subject, cells] : state.subjects())
      subjects_[subject] = std::move(cells);
  }

  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

  void for_each(const std::function<void(const JudgedStudy&, const std::vector<std::string_view>&)>& use) {
    state_.for_each_judged(true, [&](const JudgedStudy& judged) {
      if (people_.row_of.contains(judged.key))
        return;
      const JudgedStudy study = reviewed(judged);
      std::vector<std::string_view> cells(columns_.size());
      fill(cells, places_of(study.verdict.columns), split(study.verdict.cells));
      if (const auto joined = people_.joined.find(study.key); joined != people_.joined.end())
        use_joined(study, joined->second, std::move(cells), use);
      else
        use_with_subject(study, std::move(cells), use);
    });
  }

 private:
  using Cells = std::vector<std::string_view>;
  using Use = std::function<void(const JudgedStudy&, const Cells&)>;

  /// The study with its readers' values, where it has been reviewed.
  [[nodiscard]] JudgedStudy reviewed(JudgedStudy study) const {
    if (const auto review = reviews_.verdicts.find(study.key); review != reviews_.verdicts.end())
      study.verdict = review->second;
    return study;
  }

  /// What a row has already stays.
  static void fill(Cells& cells, const std::vector<std::size_t>& places, const Cells& values) {
    for (std::size_t i = 0; i < std::min(values.size(), places.size()); ++i)
      if (cells[places[i]].empty())
        cells[places[i]] = values[i];
  }

  /// What was measured in the person's images goes before what tables say.
  void use_with_subject(const JudgedStudy& study, Cells cells, const Use& use) {
    if (const auto subject = subjects_.find(study.subject); subject != subjects_.end())
      fill(cells, places_of_subject_, split(subject->second));
    use(study, cells);
  }

  /// The row of a CT with the DXA studies of the same person.
  void use_joined(const JudgedStudy& scan, const std::vector<JoinedStudy>& dxa, Cells cells, const Use& use) {
    JudgedStudy row = scan;
    std::string keys;
    std::optional<int> days; // the farthest
    std::set<std::string_view> rules;
    std::string_view& issues = cells[places_.at("issues")];
    for (const std::string_view rule : split(issues, ';'))
      rules.insert(rule);
    std::deque<Verdict> verdicts; // the cells are views of them
    for (const JoinedStudy& one : dxa) {
      const Verdict& verdict = verdicts.emplace_back(reviewed(one.study).verdict);
      issues = {};
      fill(cells, places_of(verdict.columns), split(verdict.cells));
      for (const std::string_view rule : split(issues, ';'))
        rules.insert(rule);
      keys += (keys.empty() ? "" : ";") + one.study.key;
      if (one.days && std::abs(*one.days) >= std::abs(days.value_or(0)))
        days = one.days;
      row.verdict.issues += verdict.issues;
    }
    const std::string all_rules = fmt::format("{}", fmt::join(rules, ";"));
    const std::string days_text = days ? std::to_string(*days) : "";
    issues = all_rules;
    cells[places_.at("dxa_study")] = keys;
    cells[places_.at("dxa_days")] = days_text;
    use_with_subject(row, std::move(cells), use);
  }

  /// Few sets of columns occur in a cohort; each is looked up once.
  const std::vector<std::size_t>& places_of(const std::string& joined) {
    auto [known, is_new] = places_of_.try_emplace(joined);
    if (is_new)
      for (const std::string_view column : split(joined))
        known->second.push_back(places_.at(std::string(column)));
    return known->second;
  }

  const State& state_;
  const Reviews& reviews_;
  PersonRows people_;
  std::vector<std::string> columns_;
  std::vector<std::size_t> places_of_subject_;
  std::unordered_map<std::string, std::size_t> places_;
  std::unordered_map<std::string, std::vector<std::size_t>> places_of_;
  std::unordered_map<std::string, std::string> subjects_;
};

template <class Fields>
std::string csv_line(const Fields& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    line += i == 0 ? "" : ",";
    line += report::csv_field(fields[i]);
  }
  return line + "\n";
}

constexpr char failure_columns[] = "study,stage,rule,reason,state,subject,files";

void write_failures_csv(const State& state, const std::filesystem::path& file) {
  TableFile table(file);
  table.write(std::string(failure_columns) + "\n");
  state.for_each_judged(false, [&](const JudgedStudy& study) {
    const Verdict& verdict = study.verdict;
    table.write(fmt::format("{},{},{},{},{},{},{}\n", study.key, report::csv_field(verdict.stage),
                            report::csv_field(verdict.rule), report::csv_field(verdict.reason),
                            verdict.outcome == Outcome::Refused ? "refused" : "failed",
                            report::csv_field(study.subject), study.files));
  });
  table.finish();
}

/// Codes with a leading zero and texts stay texts; a missing cell is NULL.
void bind_cell(SQLite::Statement& insert, int index, std::string_view cell, bool is_name) {
  double number = 0;
  const bool code = cell.size() > 1 && cell[0] == '0' && cell[1] != '.';
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (cell.empty())
    insert.bind(index);
  else if (!is_name && !code && error == std::errc{} && end == cell.data() + cell.size())
    insert.bind(index, number);
  else
    insert.bind(index, std::string(cell));
}

std::string quoted_names(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) {
    text += text.empty() ? "\"" : ",\"";
    for (const char c : column)
      text += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += '"';
  }
  return text;
}

std::string question_marks(std::size_t count) {
  std::string marks;
  for (std::size_t i = 0; i < count; ++i)
    marks += i == 0 ? "?" : ",?";
  return marks;
}

/// The tables `studies` and `issues` of results.sqlite. Issues' texts repeat from study to study: `issues` is a view of
/// a table that names them by number.
class StudyInserts {
 public:
  StudyInserts(SQLite::Database& database, const std::vector<std::string>& columns)
      : study_(prepared(database, columns)), text_(database, "INSERT INTO issue_texts VALUES(?,?,?,?,?)"),
        issue_(database, "INSERT INTO study_issues VALUES(?,?)") {}

  void add(const JudgedStudy& study, const std::vector<std::string_view>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      bind_cell(study_, static_cast<int>(i) + 1, cells[i], i < 2); // study and subject are names, whatever they hold
    run(study_);
    ++rows_;
    const auto parts = split(study.verdict.issues);
    for (std::size_t i = 0; i + 3 < parts.size(); i += 4)
      add_issue({parts.begin() + static_cast<std::ptrdiff_t>(i), parts.begin() + static_cast<std::ptrdiff_t>(i) + 4});
  }

 private:
  static SQLite::Statement prepared(SQLite::Database& database, const std::vector<std::string>& columns) {
    database.exec("CREATE TABLE studies(" + quoted_names(columns) + ");" +
                  "CREATE TABLE issue_texts(id INTEGER PRIMARY KEY, level, rule, place, text);"
                  "CREATE TABLE study_issues(study_row INTEGER, issue INTEGER);"
                  "CREATE VIEW issues AS SELECT studies.study, issue_texts.level, issue_texts.rule, issue_texts.place, "
                  "issue_texts.text FROM study_issues JOIN studies ON studies.rowid=study_issues.study_row "
                  "JOIN issue_texts ON issue_texts.id=study_issues.issue"); // subjects may have columns of these names
    return {database, "INSERT INTO studies VALUES(" + question_marks(columns.size()) + ")"};
  }
  void add_issue(const std::vector<std::string>& issue) {
    const auto [known, is_new] = texts_.emplace(issue, static_cast<std::int64_t>(texts_.size()) + 1);
    if (is_new) {
      SQLite::bind(text_, known->second, issue[0], issue[1], issue[2], issue[3]);
      run(text_);
    }
    SQLite::bind(issue_, rows_, known->second);
    run(issue_);
  }
  static void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
  }

  SQLite::Statement study_, text_, issue_;
  std::map<std::vector<std::string>, std::int64_t> texts_;
  std::int64_t rows_ = 0;
};

void insert_failures(const State& state, SQLite::Database& database) {
  database.exec(std::string("CREATE TABLE failures(") + failure_columns + ")");
  SQLite::Statement insert(database, "INSERT INTO failures VALUES(?,?,?,?,?,?,?)");
  state.for_each_judged(false, [&](const JudgedStudy& study) {
    const Verdict& verdict = study.verdict;
    SQLite::bind(insert, study.key, verdict.stage, verdict.rule, verdict.reason,
                 verdict.outcome == Outcome::Refused ? "refused" : "failed", study.subject,
                 static_cast<std::int64_t>(study.files));
    insert.exec();
    insert.reset();
  });
}

/// results.csv and results.sqlite in one reading of the books. The same calls in the same order on an empty file give
/// the same bytes of SQLite too.
void write_results(const State& state, const Reviews& reviews, const std::filesystem::path& folder) {
  Rows rows(state, reviews);
  TableFile csv(folder / "results.csv");
  csv.write(csv_line(rows.columns()));
  const std::filesystem::path unfinished = folder / "results.sqlite.unfinished";
  std::filesystem::remove(unfinished);
  {
    SQLite::Database database(unfinished.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
    SQLite::Transaction transaction(database);
    StudyInserts inserts(database, rows.columns());
    rows.for_each([&](const JudgedStudy& study, const std::vector<std::string_view>& cells) {
      csv.write(csv_line(cells));
      inserts.add(study, cells);
    });
    insert_failures(state, database);
    transaction.commit();
  }
  csv.finish();
  publish(unfinished, folder / "results.sqlite");
}

} // namespace

void write_tables(const State& state, const Reviews& reviews, const std::filesystem::path& folder) {
  write_results(state, reviews, folder);
  write_failures_csv(state, folder / "failures.csv");
}

void write_inputs(const State& state, const std::filesystem::path& folder) {
  const std::map<std::string, std::string> row_of = join_people(state).row_of;
  TableFile table(folder / "inputs.csv");
  table.write("study,path\n");
  state.for_each_file([&](const InputFile& file) {
    const auto row = row_of.find(file.study);
    table.write((row == row_of.end() ? file.study : row->second) + "," + report::csv_field(file.path) + "\n");
  });
  table.finish(std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

} // namespace osteocalc::batch
