// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "opened_dxa.h"
#include "session.h"

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace osteocalc::viewer {

/// A study on its way from disk to screen, on a thread of its own: the image first, then labels and numbers.
/// `progress` is called on that thread whenever there is more to show, the last time when all is done.
class Loading {
 public:
  Loading(OpenRequest request, std::function<void()> progress);
  ~Loading(); ///< waits: a study half read cannot be dropped

  [[nodiscard]] bool done() const;
  [[nodiscard]] std::shared_ptr<const CtImage> image() const; ///< null until it is read
  [[nodiscard]] const OpenRequest& request() const noexcept { return request_; }
  /// Labels and numbers. \pre done() \throw what the thread threw
  struct Loaded {
    OpenedStudy opened;
    std::unique_ptr<review::Review> review;
    std::optional<OpenedDxa> dxa; ///< then there is no scan
  };
  [[nodiscard]] Loaded take() { return loaded_.get(); }

 private:
  [[nodiscard]] Loaded load();

  OpenRequest request_;
  mutable std::mutex mutex_;
  std::shared_ptr<const CtImage> image_;
  std::function<void()> progress_;
  std::future<Loaded> loaded_;
  std::thread thread_;
};

} // namespace osteocalc::viewer
