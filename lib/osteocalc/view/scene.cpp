// SPDX-License-Identifier: Apache-2.0
#include "osteocalc/view/scene.h"

#include "osteocalc/core/error.h"

#include <X11/Xlib.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vtkActor.h>
#include <vtkCamera.h>
#include <vtkColorTransferFunction.h>
#include <vtkFixedPointVolumeRayCastMapper.h>
#include <vtkFlyingEdges3D.h>
#include <vtkGPUVolumeRayCastMapper.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPiecewiseFunction.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>
#include <vtkVolume.h>
#include <vtkVolumeProperty.h>
#include <vtkWindowedSincPolyDataFilter.h>

namespace osteocalc::view {
namespace {

constexpr double bone_step_mm = 2.0, artery_step_mm = 1.5; // what a turning picture shows anyway
constexpr std::int16_t nothing_hu = -1000, calcium_hu = 130;

using Image = vtkSmartPointer<vtkImageData>;

/// An empty image over a box of the scan's indices, its axes along the scan's own.
/// The scene lives in the scan's frame without its rotation: x left, y back, z up, in mm from voxel 0.
Image make_image(const std::array<int, 3>& low, const std::array<int, 3>& high, const Vec3& spacing_mm,
                 const std::array<int, 3>& stride, int type) {
  Image image = vtkSmartPointer<vtkImageData>::New();
  std::array<int, 3> size{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    size[axis] = (high[axis] - low[axis]) / stride[axis] + 1;
  image->SetDimensions(size.data());
  image->SetSpacing(spacing_mm[0] * stride[0], spacing_mm[1] * stride[1], spacing_mm[2] * stride[2]);
  image->SetOrigin(low[0] * spacing_mm[0], low[1] * spacing_mm[1], low[2] * spacing_mm[2]);
  image->AllocateScalars(type, 1);
  return image;
}

std::array<int, 3> stride_for(const Vec3& spacing_mm, double step_mm) {
  std::array<int, 3> stride{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    stride[axis] = std::max(1, static_cast<int>(std::lround(step_mm / spacing_mm[axis])));
  return stride;
}

/// The box around the voxels that `wanted` names, with a margin of one step.
template <class Wanted>
std::optional<std::array<std::array<int, 3>, 2>> box_of(const std::array<int, 3>& size, const Wanted& wanted) {
  std::array<int, 3> low = size, high{-1, -1, -1};
  for (int z = 0; z < size[2]; ++z)
    for (int y = 0; y < size[1]; ++y)
      for (int x = 0; x < size[0]; ++x)
        if (wanted(x, y, z)) {
          low = {std::min(low[0], x), std::min(low[1], y), std::min(low[2], z)};
          high = {std::max(high[0], x), std::max(high[1], y), std::max(high[2], z)};
        }
  if (high[0] < 0)
    return std::nullopt;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    low[axis] = std::max(0, low[axis] - 4);
    high[axis] = std::min(size[axis] - 1, high[axis] + 4);
  }
  return std::array{low, high};
}

bool is_artery(LabelId id) {
  return id == label::aorta || id == label::iliac_artery_left || id == label::iliac_artery_right ||
         (id >= label::aorta_ascending && id <= label::aorta_abdominal); // coronary labels may be territories
}

/// HU where there is bone, nothing elsewhere; without bone labels every bright voxel counts.
Image bone_image(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels) {
  const Vec3& spacing_mm = hu.geometry().spacing_mm;
  const auto is_bone = [&](int x, int y, int z) { return is_bone_label(labels(x, y, z)); };
  auto box = labels.empty() ? std::nullopt : box_of(hu.geometry().size, is_bone);
  const bool labelled = box.has_value();
  if (!box)
    box = {{{0, 0, 0}, {hu.size(0) - 1, hu.size(1) - 1, hu.size(2) - 1}}};
  const auto& [low, high] = *box;
  const auto stride = stride_for(spacing_mm, bone_step_mm);
  Image image = make_image(low, high, spacing_mm, stride, VTK_SHORT);
  auto* voxel = static_cast<short*>(image->GetScalarPointer());
  for (int z = low[2]; z <= high[2]; z += stride[2])
    for (int y = low[1]; y <= high[1]; y += stride[1])
      for (int x = low[0]; x <= high[0]; x += stride[0])
        *voxel++ = !labelled || is_bone(x, y, z) ? hu(x, y, z) : nothing_hu;
  return image;
}

/// A smooth surface around the voxels of an image of 0 and 100.
vtkSmartPointer<vtkActor> surface_of(const Image& image, const Rgb& color) {
  vtkNew<vtkFlyingEdges3D> edges;
  edges->SetInputData(image);
  edges->SetValue(0, 50);
  vtkNew<vtkWindowedSincPolyDataFilter> smooth;
  smooth->SetInputConnection(edges->GetOutputPort());
  smooth->SetNumberOfIterations(12);
  vtkNew<vtkPolyDataMapper> mapper;
  mapper->SetInputConnection(smooth->GetOutputPort());
  mapper->ScalarVisibilityOff();
  auto actor = vtkSmartPointer<vtkActor>::New();
  actor->SetMapper(mapper);
  actor->GetProperty()->SetColor(color.r / 255.0, color.g / 255.0, color.b / 255.0);
  actor->GetProperty()->SetAmbient(0.25);
  return actor;
}

/// The arteries without their bright voxels: where there is calcium, the plaque shows. Bright blood stays.
vtkSmartPointer<vtkActor> artery_surface(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels) {
  std::size_t artery = 0, bright = 0;
  for (std::size_t i = 0; i < labels.voxels().size(); ++i)
    if (is_artery(labels.voxels()[i])) {
      ++artery;
      bright += hu.voxels()[i] >= calcium_hu;
    }
  const bool enhanced = 2 * bright > artery;
  const auto wanted = [&](int x, int y, int z) {
    return is_artery(labels(x, y, z)) && (enhanced || hu(x, y, z) < calcium_hu);
  };
  const auto box = box_of(labels.geometry().size, wanted);
  if (!box)
    return nullptr;
  const auto& [low, high] = *box;
  const Vec3& spacing_mm = labels.geometry().spacing_mm;
  const auto stride = stride_for(spacing_mm, artery_step_mm);
  const Image image = make_image(low, high, spacing_mm, stride, VTK_UNSIGNED_CHAR);
  auto* voxel = static_cast<unsigned char*>(image->GetScalarPointer());
  for (int z = low[2]; z <= high[2]; z += stride[2])
    for (int y = low[1]; y <= high[1]; y += stride[1])
      for (int x = low[0]; x <= high[0]; x += stride[0])
        *voxel++ = wanted(x, y, z) ? 100 : 0;
  return surface_of(image, {205, 60, 55});
}

vtkSmartPointer<vtkActor> plaque_surface(const VolumeGeometry& geometry, const std::vector<std::array<int, 3>>& voxels,
                                         const Rgb& color) {
  if (voxels.empty())
    return nullptr;
  std::array<int, 3> low = voxels.front(), high = low;
  for (const auto& voxel : voxels)
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], voxel[axis] - 1);
      high[axis] = std::max(high[axis], voxel[axis] + 1);
    }
  const Image image = make_image(low, high, geometry.spacing_mm, {1, 1, 1}, VTK_UNSIGNED_CHAR);
  auto* first = static_cast<unsigned char*>(image->GetScalarPointer());
  std::fill_n(first, image->GetNumberOfPoints(), static_cast<unsigned char>(0));
  for (const auto& voxel : voxels)
    *static_cast<unsigned char*>(image->GetScalarPointer(voxel[0] - low[0], voxel[1] - low[1], voxel[2] - low[2])) =
        100;
  return surface_of(image, color);
}

std::size_t density_class(int hu) {
  return hu >= 400 ? 3 : hu >= 300 ? 2 : hu >= 200 ? 1 : 0;
}

bool is_software(const char* capabilities) {
  return std::strstr(capabilities, "llvmpipe") || std::strstr(capabilities, "softpipe") ||
         std::strstr(capabilities, "SWR") || std::strstr(capabilities, "SwiftShader");
}

} // namespace

std::string why_no_display() {
  const char* name = std::getenv("DISPLAY");
  if (!name || !*name)
    return "there is no display (DISPLAY is not set) start from a desktop or under xvfb-run";
  Display* display = XOpenDisplay(nullptr); // Qt and VTK would end the program where this fails
  if (!display)
    return "the display does not answer (DISPLAY is " + std::string(name) + ") log in with it, or start under xvfb-run";
  XCloseDisplay(display);
  return "";
}

std::string why_no_scene() {
  if (const std::string reason = why_no_display(); !reason.empty())
    return "no 3-D: " + reason;
  Display* display = XOpenDisplay(nullptr);
  int opcode = 0, event = 0, error = 0;
  const bool has_glx = XQueryExtension(display, "GLX", &opcode, &event, &error) != 0;
  XCloseDisplay(display);
  return has_glx ? "" : "no 3-D: the display has no OpenGL (GLX is missing) install libgl1-mesa-dri";
}

const std::array<Rgb, 4>& density_class_colors() noexcept {
  static constexpr std::array<Rgb, 4> colors{{{255, 235, 120}, {255, 180, 60}, {255, 100, 40}, {255, 255, 255}}};
  return colors;
}

struct Scene::Parts {
  vtkNew<vtkRenderer> renderer;
  vtkNew<vtkRenderWindow> window;
  vtkSmartPointer<vtkActor> arteries;
  std::array<vtkSmartPointer<vtkActor>, 4> plaques;
  VolumeMapper mapper = VolumeMapper::Software;

  void add_bones(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels) {
    vtkNew<vtkPiecewiseFunction> opacity;
    opacity->AddPoint(60, 0);
    opacity->AddPoint(180, 0.2);
    opacity->AddPoint(600, 0.6);
    opacity->AddPoint(1500, 0.8);
    vtkNew<vtkColorTransferFunction> color;
    color->AddRGBPoint(60, 0.72, 0.60, 0.46);
    color->AddRGBPoint(400, 0.93, 0.88, 0.76);
    color->AddRGBPoint(1500, 1, 1, 0.96);
    vtkNew<vtkVolumeProperty> property;
    property->SetScalarOpacity(opacity);
    property->SetColor(color);
    property->SetInterpolationTypeToLinear();
    property->SetScalarOpacityUnitDistance(2);
    property->ShadeOn();
    property->SetAmbient(0.65); // brittle bones are dim enough
    const Image bones = bone_image(hu, labels);
    vtkSmartPointer<vtkVolumeMapper> volume_mapper;
    if (mapper == VolumeMapper::Software) {
      auto software = vtkSmartPointer<vtkFixedPointVolumeRayCastMapper>::New();
      software->SetSampleDistance(2);
      software->SetAutoAdjustSampleDistances(0);
      software->SetImageSampleDistance(1.5);
      volume_mapper = software;
    } else {
      volume_mapper = vtkSmartPointer<vtkGPUVolumeRayCastMapper>::New();
    }
    volume_mapper->SetInputDataObject(bones);
    vtkNew<vtkVolume> volume;
    volume->SetMapper(volume_mapper);
    volume->SetProperty(property);
    renderer->AddVolume(volume);
  }
};

Scene::Scene(const Volume<std::int16_t>& hu, const Volume<LabelId>& labels) {
  if (const std::string reason = why_no_scene(); !reason.empty())
    throw Error(reason);
  parts_ = std::make_unique<Parts>();
  parts_->window->OffScreenRenderingOn();
  parts_->window->SetMultiSamples(0);
  parts_->window->AddRenderer(parts_->renderer);
  parts_->renderer->SetBackground(0.04, 0.05, 0.07);
  parts_->window->SetSize(64, 64);
  parts_->window->Render(); // only a context can say what draws
  parts_->mapper =
      is_software(parts_->window->ReportCapabilities()) ? VolumeMapper::Software : VolumeMapper::GraphicsCard;
  parts_->add_bones(hu, labels);
  if (!labels.empty())
    parts_->arteries = artery_surface(hu, labels);
  if (parts_->arteries) // opaque: a volume is drawn over what is translucent, wherever it lies
    parts_->renderer->AddActor(parts_->arteries);
}

Scene::~Scene() = default;
Scene::Scene(Scene&&) noexcept = default;
Scene& Scene::operator=(Scene&&) noexcept = default;

void Scene::set_calcium(const Volume<std::int16_t>& hu, std::span<const std::array<int, 3>> voxels) {
  std::array<std::vector<std::array<int, 3>>, 4> by_class;
  for (const auto& voxel : voxels)
    by_class[density_class(hu(voxel[0], voxel[1], voxel[2]))].push_back(voxel);
  for (std::size_t i = 0; i < by_class.size(); ++i) {
    if (parts_->plaques[i])
      parts_->renderer->RemoveActor(parts_->plaques[i]);
    parts_->plaques[i] = plaque_surface(hu.geometry(), by_class[i], density_class_colors()[i]);
    if (parts_->plaques[i])
      parts_->renderer->AddActor(parts_->plaques[i]);
  }
}

Picture Scene::picture(const Camera& camera, int width, int height) {
  parts_->window->SetSize(width, height);
  vtkCamera* eye = parts_->renderer->GetActiveCamera();
  double bounds[6]; // NOLINT(modernize-avoid-c-arrays): VTK's
  parts_->renderer->ComputeVisiblePropBounds(bounds);
  const double middle[3] = {(bounds[0] + bounds[1]) / 2, (bounds[2] + bounds[3]) / 2, (bounds[4] + bounds[5]) / 2};
  eye->SetFocalPoint(middle);
  eye->SetPosition(middle[0], middle[1] - 1000, middle[2]); // from the front, the patient's right on the left
  eye->SetViewUp(0, 0, 1);
  parts_->renderer->ResetCamera(bounds);
  eye->Azimuth(camera.turn_deg);
  eye->Elevation(std::clamp(camera.tilt_deg, -89.0, 89.0));
  eye->Zoom(camera.zoom * 1.35);
  parts_->renderer->ResetCameraClippingRange();
  parts_->window->Render();
  vtkNew<vtkUnsignedCharArray> pixels;
  parts_->window->GetPixelData(0, 0, width - 1, height - 1, 0, pixels);
  Picture picture(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const unsigned char* pixel = pixels->GetPointer(3 * (static_cast<vtkIdType>(height - 1 - y) * width + x));
      picture.at(x, y) = {pixel[0], pixel[1], pixel[2]};
    }
  return picture;
}

VolumeMapper Scene::mapper() const noexcept {
  return parts_->mapper;
}

} // namespace osteocalc::view
