package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageContentsTest {

  private static final ImageDigest INDEX = digest("1");
  private static final ImageDigest MANIFEST = digest("2");
  private static final ImageDigest CONFIG = digest("a");
  private static final ImageDigest LAYER = digest("b");

  private final FakeContentStore store = new FakeContentStore();
  private final ImageContents contents = new ImageContents(store);

  @Test
  void readsTheManifestThatTheDigestNames() throws Exception {
    hold(MANIFEST, CONFIG);

    assertThat(contents.blobs(CONFIG.value(), MANIFEST))
        .containsExactlyInAnyOrder(new ImageBlob(CONFIG, 5), new ImageBlob(LAYER, 70));
  }

  @Test
  void readsTheManifestThatAnIndexListsForThisPlatform() throws Exception {
    hold(MANIFEST, CONFIG);
    store.index(INDEX, MANIFEST);

    assertThat(contents.blobs(CONFIG.value(), INDEX)).hasSize(2);
  }

  @Test
  void passesOverTheManifestOfAnotherPlatform() throws Exception {
    hold(MANIFEST, digest("f"));
    store.index(INDEX, MANIFEST);

    assertThat(contents.blobs(CONFIG.value(), INDEX)).isEmpty();
  }

  @Test
  void countsOnlyWhatIsMissing() throws Exception {
    store.hold(CONFIG);

    long missing =
        contents.missingBytes(List.of(new ImageBlob(CONFIG, 5), new ImageBlob(LAYER, 70)));

    assertThat(missing).isEqualTo(70);
  }

  private void hold(ImageDigest manifest, ImageDigest config) {
    store.touch(manifest, "team/app", Instant.EPOCH, Map.of(config, 5L, LAYER, 70L));
  }

  private static ImageDigest digest(String digit) {
    return new ImageDigest("sha256:" + digit.repeat(64));
  }
}
