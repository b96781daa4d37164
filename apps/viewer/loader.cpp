// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include <chrono>

namespace osteocalc::viewer {

Loading::Loading(OpenRequest request, std::function<void()> progress)
    : request_(std::move(request)), progress_(std::move(progress)) {
  loaded_ = std::async(std::launch::async, [this] {
    struct Tell { // when all is done or nothing more will come
      const std::function<void()>& progress;
      ~Tell() { progress(); }
    } tell{progress_};
    Loaded loaded;
    loaded.opened = open_study(request_, [this](std::shared_ptr<const CtImage> image) {
      {
        const std::lock_guard lock(mutex_);
        image_ = std::move(image);
      }
      progress_();
    });
    loaded.review = begin_review(loaded.opened, request_.parallel, loaded.opened.issues);
    return loaded;
  });
}

Loading::~Loading() {
  if (loaded_.valid())
    loaded_.wait();
}

bool Loading::done() const {
  return loaded_.valid() && loaded_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

std::shared_ptr<const CtImage> Loading::image() const {
  const std::lock_guard lock(mutex_);
  return image_;
}

} // namespace osteocalc::viewer
