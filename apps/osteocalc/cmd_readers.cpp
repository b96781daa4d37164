// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "osteocalc/core/error.h"
#include "osteocalc/report/reader_agreement.h"
#include "osteocalc/report/text_file.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

namespace osteocalc::app {
namespace {

struct ReadersArguments {
  std::string batch, output;
  std::vector<std::string> readers;
};

int run_readers(const ReadersArguments& arguments, const Context& context) {
  const std::string &first = arguments.readers[0], &second = arguments.readers[1];
  const auto readings = report::double_readings(arguments.batch, first, second);
  if (readings.empty())
    throw IoError(fmt::format("no study of {} was read by both {} and {} (review.{}.json and review.{}.json beside "
                              "result.json); read with osteocalc-viewer --blind --reader NAME",
                              arguments.batch, first, second, first, second));
  const report::ReaderAgreement agreement = report::reader_agreement(readings, first, second);
  const std::string json = report::reader_agreement_json(agreement);
  if (!arguments.output.empty())
    report::write_text_file(arguments.output, json);
  if (context.json) {
    fmt::print("{}", json);
    return Done;
  }
  fmt::print("{} studies read by {} and {}, {} of them to be adjudicated\n", agreement.studies, first, second,
             agreement.disputed.size());
  if (agreement.category_kappa)
    fmt::print("coronary classes: kappa {:.2f}\n", agreement.category_kappa->estimate);
  for (const report::NumberAgreement& number : agreement.numbers)
    if (number.icc && number.differences)
      fmt::print("{}: ICC {:.3f}, bias {:.2f}, limits {:.2f} to {:.2f} (n {})\n", number.number, number.icc->estimate,
                 number.differences->bias.estimate, number.differences->lower_limit.estimate,
                 number.differences->upper_limit.estimate, number.n);
  return Done;
}

} // namespace

std::function<int(const Context&)> declare_readers(CLI::App& app) {
  auto arguments = std::make_shared<ReadersArguments>();
  app.add_option("batch", arguments->batch, "output of batch whose studies were reviewed twice")->required();
  app.add_option("--readers", arguments->readers, "the two readers' names")->expected(2)->required();
  app.add_option("-o,--output", arguments->output, "file for the agreement as JSON");
  return [arguments](const Context& context) { return run_readers(*arguments, context); };
}

} // namespace osteocalc::app
