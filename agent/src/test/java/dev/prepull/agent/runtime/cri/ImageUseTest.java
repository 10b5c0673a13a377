package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.model.HeldImage;
import dev.prepull.model.HeldName;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageUseTest {

  private static final String ID = "c".repeat(64);
  private static final HeldImage IMAGE =
      new HeldImage(
          "sha256:" + ID, List.of(new HeldName("docker.io/library/nginx:1.27", null)), 1, false);

  @Test
  void knowsAnImageByItsId() {
    assertThat(use("sha256:" + ID).isOf(IMAGE)).isTrue();
    assertThat(use(ID).isOf(IMAGE)).isTrue();
  }

  @Test
  void knowsAnImageByTheNameThatThePodGives() {
    assertThat(use("nginx:1.27").isOf(IMAGE)).isTrue();
  }

  @Test
  void doesNotTakeAnotherImageForIt() {
    assertThat(use("nginx:1.28").isOf(IMAGE)).isFalse();
    assertThat(use("d".repeat(64)).isOf(IMAGE)).isFalse();
    assertThat(use("").isOf(IMAGE)).isFalse();
  }

  private static ImageUse use(String image) {
    return new ImageUse("web (1)", List.of(image));
  }
}
