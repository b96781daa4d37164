// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/batch/event_log.h"

#include "osteocalc/core/error.h"

#include <cmath>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace osteocalc::batch {
namespace {

using Json = nlohmann::ordered_json;

std::string name_of(Outcome outcome) {
  return outcome == Outcome::Done ? "done" : outcome == Outcome::Refused ? "refused" : "failed";
}

} // namespace

EventLog::EventLog(const std::filesystem::path& file) : stream_(file, std::ios::binary | std::ios::app) {}

double EventLog::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

template <class Fields>
void EventLog::write(const std::string& event, const Fields& fields) {
  Json line{{"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))},
            {"elapsed_s", std::round(seconds() * 1000) / 1000},
            {"event", event}};
  line.update(fields);
  const std::lock_guard lock(mutex_);
  // A path of another encoding must not stop the run.
  stream_ << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
  if (!stream_)
    throw IoError("cannot write the log (the output is full or gone) see to it, then run the same command again");
}

void EventLog::run(const std::string& event, const std::string& text) {
  write(event, text.empty() ? Json::object() : Json{{"text", text}});
}

void EventLog::started(const std::string& study, int threads) {
  write("started", Json{{"study", study}, {"threads", threads}});
}

void EventLog::ended(const std::string& study, const Verdict& verdict) {
  Json fields{{"study", study}, {"seconds", verdict.seconds}, {"peak_memory_mb", verdict.peak_memory_bytes >> 20U}};
  if (verdict.outcome != Outcome::Done)
    fields.update(Json{{"stage", verdict.stage}, {"rule", verdict.rule}, {"reason", verdict.reason}});
  write(name_of(verdict.outcome), fields);
}

} // namespace osteocalc::batch
