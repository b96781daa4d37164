// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include <chrono>

namespace osteocalc::viewer {

Loading::Loading(OpenRequest request, std::function<void()> progress)
    : request_(std::move(request)), progress_(std::move(progress)) {
  std::packaged_task<Loaded()> task([this] { return load(); });
  loaded_ = task.get_future();
  thread_ = std::thread([this, task = std::move(task)]() mutable {
    task();
    progress_(); // not before done() says so: nobody asks again
  });
}

Loading::~Loading() {
  thread_.join();
}

Loading::Loaded Loading::load() {
  Loaded loaded;
  if (const std::vector<std::filesystem::path> files = dxa_files(request_); !files.empty()) {
    loaded.dxa = open_dxa(request_, files);
    return loaded;
  }
  loaded.opened = open_study(request_, [this](std::shared_ptr<const CtImage> image) {
    {
      const std::lock_guard lock(mutex_);
      image_ = std::move(image);
    }
    progress_();
  });
  loaded.review = begin_review(loaded.opened, request_.parallel, loaded.opened.issues);
  return loaded;
}

bool Loading::done() const {
  return loaded_.valid() && loaded_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

std::shared_ptr<const CtImage> Loading::image() const {
  const std::lock_guard lock(mutex_);
  return image_;
}

} // namespace osteocalc::viewer
