// SPDX-License-Identifier: Apache-2.0
// Components and the reference score against ITK's filters on random images: an independent, widely used answer.
#include "osteocalc/calcium/candidates.h"
#include "osteocalc/calcium/score.h"

#include "support/calcium_phantoms.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <itkConnectedComponentImageFilter.h>
#include <itkImage.h>
#include <itkLabelStatisticsImageFilter.h>
#include <tuple>

namespace osteocalc::calcium {
namespace {

constexpr int min_hu = 130;

/// Voxels, peak HU and sum of HU of one component; a list of them is sorted, as ITK numbers in another order.
using Facts = std::tuple<std::int64_t, int, std::int64_t>;

template <unsigned Dimension>
std::vector<Facts> components_by_itk(const std::int16_t* voxels, const std::array<int, Dimension>& size, bool fully) {
  using Hu = itk::Image<std::int16_t, Dimension>;
  using Labels = itk::Image<std::uint32_t, Dimension>;
  typename Hu::SizeType extent;
  for (unsigned axis = 0; axis < Dimension; ++axis)
    extent[axis] = static_cast<itk::SizeValueType>(size[axis]);
  const auto hu = Hu::New(), mask = Hu::New();
  for (const auto& image : {hu, mask}) {
    image->SetRegions(extent);
    image->Allocate();
  }
  const std::size_t count = hu->GetLargestPossibleRegion().GetNumberOfPixels();
  std::copy_n(voxels, count, hu->GetBufferPointer());
  std::transform(voxels, voxels + count, mask->GetBufferPointer(),
                 [](std::int16_t value) { return static_cast<std::int16_t>(value >= min_hu ? 1 : 0); });
  const auto connect = itk::ConnectedComponentImageFilter<Hu, Labels>::New();
  connect->SetInput(mask);
  connect->SetFullyConnected(fully);
  const auto statistics = itk::LabelStatisticsImageFilter<Hu, Labels>::New();
  statistics->SetInput(hu);
  statistics->SetLabelInput(connect->GetOutput());
  statistics->Update();
  std::vector<Facts> facts;
  for (const auto label : statistics->GetValidLabelValues())
    if (label != 0)
      facts.emplace_back(static_cast<std::int64_t>(statistics->GetCount(label)),
                         static_cast<int>(statistics->GetMaximum(label)),
                         static_cast<std::int64_t>(std::llround(statistics->GetSum(label))));
  std::ranges::sort(facts);
  return facts;
}

std::vector<Facts> slice_by_itk(const Volume<std::int16_t>& hu, int z, Connectivity connectivity) {
  return components_by_itk<2>(hu.slice(z).data, {hu.size(0), hu.size(1)}, connectivity == Connectivity::Eight);
}

TEST(Connect, EqualsItkOnRandomSlices) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const test::Phantom phantom = test::random_phantom(seed, {61, 47, 1}, 0.02 * seed);
    const HuSlice slice = phantom.volume().slice(0);
    const auto runs = runs_at_least(slice, min_hu);
    for (const Connectivity connectivity : {Connectivity::Four, Connectivity::Eight}) {
      std::vector<Facts> ours;
      for (const Component& component : connect(runs, connectivity).components)
        ours.emplace_back(component.pixels, component.peak_hu, component.sum_hu);
      std::ranges::sort(ours);
      EXPECT_EQ(ours, slice_by_itk(phantom.volume(), 0, connectivity)) << seed;
    }
  }
}

TEST(Objects, EqualsItkOnRandomVolumes) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const test::Phantom phantom = test::random_phantom(seed, {23, 19, 11}, 0.015 * seed);
    const Volume<std::int16_t>& hu = phantom.volume();
    std::vector<std::vector<PixelRun>> runs;
    for (int z = 0; z < hu.size(2); ++z)
      runs.push_back(runs_at_least(hu.slice(z), min_hu));
    for (const Connectivity connectivity : {Connectivity::Four, Connectivity::Eight}) {
      std::vector<Facts> ours;
      Candidates candidates(runs, {});
      for (const Component& object : candidates.objects(connectivity, connectivity).objects)
        ours.emplace_back(object.pixels, object.peak_hu, object.sum_hu);
      std::ranges::sort(ours);
      EXPECT_EQ(ours, components_by_itk<3>(hu.voxels().data(), hu.geometry().size, connectivity == Connectivity::Eight))
          << seed;
    }
  }
}

TEST(ReferenceScore, EqualsAgatstonsStepsOverItksLabels) {
  ScoreOptions options;
  options.kvp = KiloVolt{120};
  int seeds_with_calcium = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    const test::Phantom phantom = test::random_phantom(seed, {61, 47, 5}, 0.015 * seed); // 0.25 mm2 pixels, 3 mm slices
    double expected = 0;
    for (int z = 0; z < 5; ++z)
      for (const auto& [pixels, peak_hu, sum_hu] : slice_by_itk(phantom.volume(), z, Connectivity::Eight))
        if (pixels >= 4)
          expected += static_cast<double>(pixels) * 0.25 * std::min(4, peak_hu / 100);
    seeds_with_calcium += expected > 0 ? 1 : 0;
    EXPECT_NEAR(score(phantom.volume(), options).regions.front().scores.front().agatston, expected, 1e-9) << seed;
  }
  EXPECT_GT(seeds_with_calcium, 30);
}

} // namespace
} // namespace osteocalc::calcium
