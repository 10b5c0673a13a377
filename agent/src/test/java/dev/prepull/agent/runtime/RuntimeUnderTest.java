package dev.prepull.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;

/** What the parts of the contract stand on. */
interface RuntimeUnderTest {

  /** The fixture of the test that runs now. */
  RuntimeFixture here();

  default ImageRuntime runtime() {
    return here().runtime();
  }

  default ImageReference reference(String rest) {
    return ImageReference.parse(here().registry() + "/" + rest);
  }

  default PullOutcome pull(ImageReference reference) throws InterruptedException {
    return pull(reference, RegistryCredential.ANONYMOUS);
  }

  default PullOutcome pull(ImageReference reference, RegistryCredential credential)
      throws InterruptedException {
    return runtime().pull(reference, credential, progress -> {});
  }

  default PullOutcome converge(ImageReference reference, ImageDigest digest)
      throws InterruptedException {
    return converge(reference, digest, RegistryCredential.ANONYMOUS);
  }

  default PullOutcome converge(
      ImageReference reference, ImageDigest digest, RegistryCredential credential)
      throws InterruptedException {
    return runtime().converge(reference, digest, credential, progress -> {});
  }

  default void assertResolves(ImageReference reference, ImageDigest digest) throws Exception {
    assertThat(runtime().find(reference).orElseThrow())
        .matches(image -> image.resolves(reference, digest), "resolves to " + digest);
  }

  default PullOutcome.Pulled assertPulled(PullOutcome outcome) {
    assertThat(outcome).isInstanceOf(PullOutcome.Pulled.class);
    return (PullOutcome.Pulled) outcome;
  }

  default void assertFailed(PullOutcome outcome, PullReason reason) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            PullOutcome.Failed.class,
            failed -> {
              assertThat(failed.reason()).as(failed.message()).isEqualTo(reason);
              assertThat(failed.message()).isNotBlank().doesNotContain("\n");
            });
  }
}
