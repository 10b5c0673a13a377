package dev.prepull.e2e.local;

import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.TestImage;
import java.util.List;

/** The images of manifests/examples/prepull-list.yaml, made on the spot. */
final class SampleImages {

  private static final int MIB = 1 << 20;

  private record Sample(String repository, String tag, int layers, int layerMib) {}

  private static final List<Sample> ALL =
      List.of(
          new Sample("base/runtime", "25", 3, 2),
          new Sample("shop/web", "1.4.2", 4, 1),
          new Sample("shop/api", "2.0.1", 3, 2),
          new Sample("shop/search", "3.0.0", 2, 3),
          new Sample("shop/report", "1.1.0", 2, 1),
          new Sample("ml/model", "v3", 4, 8));

  private SampleImages() {}

  /** Pushes what the registry does not have yet. */
  static void push(Registry registry) {
    for (Sample sample : ALL) {
      if (!registry.has(sample.repository(), sample.tag())) {
        var _ =
            registry.push(
                sample.repository(),
                sample.tag(),
                TestImage.random(sample.hashCode(), sample.layers(), sample.layerMib() * MIB));
      }
    }
  }
}
