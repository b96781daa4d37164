// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/state.h"

#include "osteocalc/core/error.h"
#include "osteocalc/core/hashing.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>
#include <mutex>
#include <sstream>
#include <unordered_map>

namespace osteocalc::batch {
namespace {

constexpr char schema[] = "4";

// Lists of columns and texts of issues repeat from study to study: each stands once in `texts`, under a number made
// from what it says, so that it is the same in every shard.
// `state` of a study: queued, running, done, refused, failed. A line for files of no study has kind 'strays'.
constexpr char tables[] = R"(
CREATE TABLE IF NOT EXISTS settings(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(path TEXT PRIMARY KEY, bytes INTEGER, modified_ns INTEGER, role INTEGER, study TEXT,
  rule TEXT, subject TEXT, voxel_bytes INTEGER, day INTEGER, walk INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_of_study ON files(study);
CREATE TABLE IF NOT EXISTS studies(key TEXT PRIMARY KEY, kind TEXT, subject TEXT, files INTEGER, voxel_bytes INTEGER,
  fingerprint TEXT, judged_fingerprint TEXT, state TEXT, stage TEXT, rule TEXT, reason TEXT, seconds REAL,
  peak_memory_bytes INTEGER, columns INTEGER, cells TEXT, issues TEXT, day INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS studies_by_state ON studies(state, columns);
CREATE TABLE IF NOT EXISTS texts(id INTEGER PRIMARY KEY, text TEXT);
CREATE TABLE IF NOT EXISTS subjects(subject TEXT PRIMARY KEY, cells TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS others(shard INTEGER PRIMARY KEY, studies INTEGER, digest INTEGER);
)";

constexpr const char* state_names[] = {"done", "refused", "failed"};

const char* name_of(Outcome outcome) {
  return state_names[static_cast<std::size_t>(outcome)];
}

Outcome outcome_of(const std::string& name) {
  return name == "done" ? Outcome::Done : name == "refused" ? Outcome::Refused : Outcome::Failed;
}

std::uint64_t unsigned_at(const SQLite::Statement& query, int column) {
  return static_cast<std::uint64_t>(query.getColumn(column).getInt64());
}

std::optional<int> day_at(const SQLite::Statement& query, int column) {
  return query.isColumnNull(column) ? std::nullopt : std::optional(query.getColumn(column).getInt());
}

InputFile file_at(const SQLite::Statement& query) {
  return {query.getColumn(0).getString(),
          unsigned_at(query, 1),
          query.getColumn(2).getInt64(),
          static_cast<FileRole>(query.getColumn(3).getInt()),
          query.getColumn(4).getString(),
          query.getColumn(5).getString(),
          query.getColumn(6).getString(),
          unsigned_at(query, 7),
          day_at(query, 8)};
}
constexpr char file_columns[] = "path, bytes, modified_ns, role, study, rule, subject, voxel_bytes, day";

/// The characters that end a path within a URI, escaped.
std::string uri_path(const std::filesystem::path& file) {
  std::string text;
  for (const char c : file.string())
    text += c == '%' ? "%25" : c == '?' ? "%3f" : c == '#' ? "%23" : std::string(1, c);
  return text;
}

/// A statement in use. Left unfinished it would hold its reading lock, and the log would grow without end.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_(&statement) {}
  ~Query() { statement_->tryReset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  SQLite::Statement& operator*() const { return *statement_; }
  SQLite::Statement* operator->() const { return statement_; }

 private:
  SQLite::Statement* statement_;
};

} // namespace

struct State::Impl {
  Impl(const std::filesystem::path& file, Access access)
      : database(access == Access::Read ? "file:" + uri_path(file) + "?immutable=1" : file.string(),
                 access == Access::Read ? SQLite::OPEN_READONLY | SQLite::OPEN_URI
                                        : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    if (access == Access::Read)
      return;
    // Exclusive: the log then needs no shared memory, which file systems of a network do not offer.
    // Large pages: a row of a kilobyte would else spill over into a page of its own.
    database.exec("PRAGMA page_size=16384; PRAGMA locking_mode=EXCLUSIVE;");
    database.exec(access == Access::Scratch ? "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                                            : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                                              "PRAGMA wal_autocheckpoint=250;");
    database.exec(tables);
  }

  /// A statement, made once and ready to be bound.
  Query query(const std::string& sql) {
    auto& known = statements[sql];
    if (!known)
      known = std::make_unique<SQLite::Statement>(database, sql);
    known->clearBindings();
    return Query(*known);
  }
  template <class... Values>
  void run(const std::string& sql, const Values&... values) {
    const Query statement = query(sql);
    SQLite::bind(*statement, values...);
    statement->exec();
  }
  void run(const std::string& sql) { query(sql)->exec(); }
  void judge(const char* kind, const StudyPlan& study, const Verdict& verdict) {
    const std::lock_guard lock(mutex);
    run("INSERT OR REPLACE INTO studies VALUES(?,?,?,?,0,'','',?,?,?,?,0,0,0,'','',NULL)", study.key, kind,
        study.subject, static_cast<std::int64_t>(study.files), name_of(verdict.outcome), verdict.stage, verdict.rule,
        verdict.reason);
  }

  [[nodiscard]] std::vector<std::string> keys(const std::string& sql) {
    const std::lock_guard lock(mutex);
    const Query all = query(sql);
    std::vector<std::string> found;
    while (all->executeStep())
      found.push_back(all->getColumn(0).getString());
    return found;
  }

  /// The number of a text, which is kept.
  std::int64_t id_of(const std::string& text) {
    const std::int64_t id = static_cast<std::int64_t>(std::stoull(sha256_hex(text).substr(0, 15), nullptr, 16));
    run("INSERT OR IGNORE INTO texts VALUES(?,?)", id, text);
    return id;
  }
  /// Every issue's number, one after the other; an issue has four parts.
  std::string ids_of_issues(const std::string& issues) {
    std::string ids;
    std::size_t begin = 0, parts = 0;
    for (std::size_t i = 0; i < issues.size(); ++i)
      if (issues[i] == cell_separator && ++parts % 4 == 0) {
        ids += std::to_string(id_of(issues.substr(begin, i + 1 - begin))) + ' ';
        begin = i + 1;
      }
    return ids;
  }
  [[nodiscard]] std::unordered_map<std::int64_t, std::string> texts() {
    const Query all = query("SELECT id, text FROM texts");
    std::unordered_map<std::int64_t, std::string> by_id;
    while (all->executeStep())
      by_id[all->getColumn(0).getInt64()] = all->getColumn(1).getString();
    return by_id;
  }

  mutable std::mutex mutex;
  SQLite::Database database;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements;
  std::int64_t walk = 0;
};

State::State(const std::filesystem::path& file, Access access) : impl_(std::make_unique<Impl>(file, access)) {
  const std::string found = setting("schema");
  if (!found.empty() && found != schema)
    throw IoError(file.string() + " was written by another version of this program (it cannot be gone on with) "
                                  "choose another output");
  if (access == Access::Read)
    return;
  set("schema", schema);
  impl_->run("UPDATE studies SET state='queued' WHERE state='running'"); // of a process that was killed
}

State::~State() = default;

std::string State::setting(const std::string& name) const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query("SELECT value FROM settings WHERE name=?");
  query->bind(1, name);
  return query->executeStep() ? query->getColumn(0).getString() : std::string();
}

void State::set(const std::string& name, const std::string& value) {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("INSERT OR REPLACE INTO settings VALUES(?,?)", name, value);
}

void State::begin_walk() {
  const std::string last = setting("walk");
  impl_->walk = (last.empty() ? 0 : std::stoll(last)) + 1;
  set("walk", std::to_string(impl_->walk));
  const std::lock_guard lock(impl_->mutex);
  impl_->run("DELETE FROM others");
}

void State::end_walk() {
  set("walked", setting("walk"));
}

bool State::walk_ended() const {
  return !setting("walk").empty() && setting("walked") == setting("walk");
}

std::optional<InputFile> State::seen_before(const InputFile& file) {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query(std::string("SELECT ") + file_columns + " FROM files WHERE path=?");
  query->bind(1, file.path);
  if (!query->executeStep())
    return std::nullopt;
  InputFile known = file_at(*query);
  if (known.bytes != file.bytes || known.modified_ns != file.modified_ns)
    return std::nullopt;
  return known;
}

std::vector<InputFile> State::seen_inside(const InputFile& archive) {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query(std::string("SELECT ") + file_columns +
                                   " FROM files WHERE path>? AND path<? AND bytes=? AND modified_ns=? ORDER BY path");
  query->bind(1, archive.path + "/");
  query->bind(2, archive.path + "0"); // the character after '/'
  query->bind(3, static_cast<std::int64_t>(archive.bytes));
  query->bind(4, archive.modified_ns);
  std::vector<InputFile> files;
  while (query->executeStep())
    files.push_back(file_at(*query));
  return files;
}

void State::store(std::span<const InputFile> files) {
  const std::lock_guard lock(impl_->mutex);
  SQLite::Transaction transaction(impl_->database);
  for (const InputFile& file : files)
    impl_->run("INSERT OR REPLACE INTO files VALUES(?,?,?,?,?,?,?,?,nullif(?,0),?)", file.path,
               static_cast<std::int64_t>(file.bytes), file.modified_ns, static_cast<int>(file.role), file.study,
               file.rule, file.subject, static_cast<std::int64_t>(file.voxel_bytes), file.day.value_or(0), impl_->walk);
  transaction.commit();
}

std::size_t State::files_seen() const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query("SELECT count(*) FROM files WHERE walk=?");
  query->bind(1, impl_->walk);
  query->executeStep();
  return unsigned_at(*query, 0);
}

void State::forget_unseen() {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("DELETE FROM files WHERE walk<>?", impl_->walk);
}

void State::forget_files() {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("DELETE FROM files");
}

void State::for_each_file(const std::function<void(const InputFile&)>& use) const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query(std::string("SELECT ") + file_columns + " FROM files ORDER BY path");
  while (query->executeStep())
    use(file_at(*query));
}

std::vector<InputFile> State::files_of(const std::string& study) const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query(std::string("SELECT ") + file_columns + " FROM files WHERE study=? ORDER BY path");
  query->bind(1, study);
  std::vector<InputFile> files;
  while (query->executeStep())
    files.push_back(file_at(*query));
  return files;
}

std::vector<std::string> State::studies() const {
  return impl_->keys("SELECT DISTINCT study FROM files WHERE rule='' UNION "
                     "SELECT key FROM studies WHERE kind='study' ORDER BY 1");
}

std::vector<std::string> State::studies_with_files() const {
  return impl_->keys("SELECT DISTINCT study FROM files WHERE rule='' ORDER BY 1");
}

std::vector<std::string> State::lines() const {
  return impl_->keys("SELECT key FROM studies ORDER BY key");
}

void State::plan(const StudyPlan& study) {
  const std::lock_guard lock(impl_->mutex);
  // Running: left to finish(), which compares fingerprints.
  impl_->run("INSERT INTO studies(key,kind,subject,files,voxel_bytes,fingerprint,judged_fingerprint,state,day) "
             "VALUES(?1,'study',?2,?3,?4,?5,'','queued',nullif(?6,0)) ON CONFLICT(key) DO UPDATE SET subject=?2, "
             "files=?3, voxel_bytes=?4, fingerprint=?5, day=nullif(?6,0), "
             "state=CASE WHEN state='running' OR judged_fingerprint=?5 THEN state ELSE 'queued' END",
             study.key, study.subject, static_cast<std::int64_t>(study.files),
             static_cast<std::int64_t>(study.voxel_bytes), study.fingerprint, study.day.value_or(0));
}

void State::judge(const StudyPlan& study, const Verdict& verdict) {
  impl_->judge("study", study, verdict);
}

void State::judge_strays(const StudyPlan& files, const Verdict& verdict) {
  impl_->judge("strays", files, verdict);
}

void State::forget_strays() {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("DELETE FROM studies WHERE kind='strays'");
}

std::optional<StudyPlan> State::next_queued() const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query("SELECT key,subject,fingerprint,voxel_bytes,files FROM studies "
                                   "WHERE state='queued' ORDER BY key LIMIT 1");
  if (!query->executeStep())
    return std::nullopt;
  StudyPlan study{query->getColumn(0).getString(), query->getColumn(1).getString(), query->getColumn(2).getString(),
                  unsigned_at(*query, 3), unsigned_at(*query, 4)};
  return study;
}

void State::start(const std::string& key) {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("UPDATE studies SET state='running' WHERE key=?", key);
}

void State::finish(const StudyPlan& worked_on, const Verdict& verdict) {
  const std::lock_guard lock(impl_->mutex);
  SQLite::Transaction transaction(impl_->database);
  const std::int64_t columns = impl_->id_of(verdict.columns);
  const std::string issues = impl_->ids_of_issues(verdict.issues);
  impl_->run(
      "UPDATE studies SET state=CASE WHEN fingerprint=?2 THEN ?3 ELSE 'queued' END, judged_fingerprint=?2, "
      "stage=?4, rule=?5, reason=?6, seconds=?7, peak_memory_bytes=?8, columns=?9, cells=?10, issues=?11 WHERE key=?1",
      worked_on.key, worked_on.fingerprint, name_of(verdict.outcome), verdict.stage, verdict.rule, verdict.reason,
      verdict.seconds, static_cast<std::int64_t>(verdict.peak_memory_bytes), columns, verdict.cells, issues);
  transaction.commit();
}

void State::queue_again(const std::string& key) {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("UPDATE studies SET state='queued' WHERE key=?", key);
}

void State::queue_failed() {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("UPDATE studies SET state='queued', judged_fingerprint='' WHERE state='failed' AND kind='study' "
             "AND rule<>?",
             input_gone_rule);
}

Counts State::counts() const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query("SELECT state, count(*) FROM studies GROUP BY state");
  Counts counts;
  while (query->executeStep()) {
    const std::string state = query->getColumn(0).getString();
    const std::size_t studies = unsigned_at(*query, 1);
    (state == "queued"    ? counts.queued
     : state == "running" ? counts.running
     : state == "done"    ? counts.done
     : state == "refused" ? counts.refused
                          : counts.failed) = studies;
  }
  return counts;
}

std::vector<std::string> State::distinct_columns() const {
  const std::lock_guard lock(impl_->mutex);
  const Query query =
      impl_->query("SELECT text FROM texts WHERE id IN (SELECT DISTINCT columns FROM studies WHERE state='done')");
  std::vector<std::string> all;
  while (query->executeStep())
    all.push_back(query->getColumn(0).getString());
  return all;
}

void State::for_each_judged(bool done, const std::function<void(const JudgedStudy&)>& use) const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query(
      std::string("SELECT key,subject,files,state,stage,rule,reason,columns,cells,issues,day FROM studies WHERE ") +
      (done ? "state='done'" : "state IN ('refused','failed')") + " ORDER BY key");
  const auto texts = impl_->texts();
  while (query->executeStep()) {
    JudgedStudy study;
    study.key = query->getColumn(0).getString();
    study.subject = query->getColumn(1).getString();
    study.files = unsigned_at(*query, 2);
    study.day = day_at(*query, 10);
    study.verdict.outcome = outcome_of(query->getColumn(3).getString());
    study.verdict.stage = query->getColumn(4).getString();
    study.verdict.rule = query->getColumn(5).getString();
    study.verdict.reason = query->getColumn(6).getString();
    if (done)
      study.verdict.columns = texts.at(query->getColumn(7).getInt64());
    study.verdict.cells = query->getColumn(8).getString();
    std::istringstream issues(query->getColumn(9).getString());
    for (std::int64_t id = 0; issues >> id;)
      study.verdict.issues += texts.at(id);
    use(study);
  }
}

void State::set_subjects(const std::vector<std::pair<std::string, std::string>>& cells_by_subject) {
  const std::lock_guard lock(impl_->mutex);
  SQLite::Transaction transaction(impl_->database);
  impl_->run("DELETE FROM subjects");
  for (const auto& [subject, cells] : cells_by_subject)
    impl_->run("INSERT INTO subjects VALUES(?,?)", subject, cells);
  transaction.commit();
}

std::size_t State::subjects_with_study() const {
  const std::lock_guard lock(impl_->mutex);
  const Query query =
      impl_->query("SELECT count(*) FROM subjects WHERE subject IN (SELECT subject FROM studies WHERE kind='study')");
  query->executeStep();
  return unsigned_at(*query, 0);
}

std::vector<std::pair<std::string, std::string>> State::subjects() const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query("SELECT subject, cells FROM subjects ORDER BY subject");
  std::vector<std::pair<std::string, std::string>> all;
  while (query->executeStep())
    all.emplace_back(query->getColumn(0).getString(), query->getColumn(1).getString());
  return all;
}

void State::set_others(int shard, std::size_t studies, std::uint64_t digest) {
  const std::lock_guard lock(impl_->mutex);
  impl_->run("INSERT OR REPLACE INTO others VALUES(?,?,?)", shard, static_cast<std::int64_t>(studies),
             static_cast<std::int64_t>(digest));
}

std::map<int, std::pair<std::size_t, std::uint64_t>> State::others() const {
  const std::lock_guard lock(impl_->mutex);
  const Query query = impl_->query("SELECT shard, studies, digest FROM others");
  std::map<int, std::pair<std::size_t, std::uint64_t>> all;
  while (query->executeStep())
    all[query->getColumn(0).getInt()] = {unsigned_at(*query, 1), unsigned_at(*query, 2)};
  return all;
}

std::vector<std::string> State::merge(const std::filesystem::path& other, std::size_t& same) {
  const std::lock_guard lock(impl_->mutex);
  SQLite::Database& database = impl_->database;
  SQLite::Statement attach(database, "ATTACH ? AS other");
  attach.bind(1, other.string());
  attach.exec();
  std::vector<std::string> different;
  {
    SQLite::Transaction transaction(database);
    SQLite::Statement twice(database, "SELECT key, a.state=b.state AND a.rule=b.rule AND a.columns=b.columns AND "
                                      "a.cells=b.cells FROM other.studies b JOIN main.studies a USING(key)");
    while (twice.executeStep())
      if (twice.getColumn(1).getInt() != 0)
        ++same;
      else
        different.push_back(twice.getColumn(0).getString());
    twice.reset();
    database.exec("INSERT OR IGNORE INTO main.studies SELECT * FROM other.studies "
                  "WHERE state IN ('done','refused','failed');"
                  "INSERT OR IGNORE INTO main.texts SELECT * FROM other.texts;"
                  "INSERT OR IGNORE INTO main.subjects SELECT * FROM other.subjects;");
    transaction.commit();
  }
  database.exec("DETACH other");
  return different;
}

} // namespace osteocalc::batch
