package dev.prepull.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.Platform;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of what images consist of. */
class KnownBlobsTest {

  private static final Platform AMD64 = Platform.parse("linux/amd64");
  private static final ImageDigest DIGEST = TestFleet.digest("a");
  private static final List<ImageBlob> BLOBS = List.of(new ImageBlob(TestFleet.digest("b"), 7));

  private final KnownBlobs known = new KnownBlobs();

  private static ImageDigest digest(int i) {
    return new ImageDigest("sha256:%064x".formatted(i));
  }

  @Test
  void knowsAnImageByDigestAndPlatform() {
    known.learn(DIGEST, AMD64, BLOBS);

    assertThat(known.of(DIGEST, AMD64)).isEqualTo(BLOBS);
    assertThat(known.of(DIGEST, Platform.parse("linux/arm64"))).isEmpty();
    assertThat(known.of(TestFleet.digest("c"), AMD64)).isEmpty();
  }

  @Test
  void keepsWhatIsKnownWhenALaterNodeShowsNothing() {
    known.learn(DIGEST, AMD64, BLOBS);

    known.learn(DIGEST, AMD64, List.of());

    assertThat(known.of(DIGEST, AMD64)).isEqualTo(BLOBS);
  }

  @Test
  void forgetsWhatWasNotAskedForLongest() {
    known.learn(DIGEST, AMD64, BLOBS);
    for (int i = 0; i < 5000; i++) {
      known.learn(digest(i), AMD64, BLOBS);
      assertThat(known.of(DIGEST, AMD64)).isEqualTo(BLOBS);
    }

    assertThat(known.of(digest(0), AMD64)).isEmpty();
    assertThat(known.of(digest(4999), AMD64)).isEqualTo(BLOBS);
  }

  @Test
  void doesNotKeepWhatNoImageConsistsOf() {
    known.learn(DIGEST, AMD64, Collections.nCopies(100_000, BLOBS.getFirst()));

    assertThat(known.of(DIGEST, AMD64)).isEmpty();
  }
}
