package dev.prepull.agent.runtime;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import java.util.List;

/** The fake keeps the contract of the real adapters. */
class FakeImageRuntimeTest extends ImageRuntimeContract {

  private static final String PRIVATE_REGISTRY = "private.example:5000";
  private static final RegistryCredential CREDENTIAL =
      RegistryCredential.ofPassword("the test", "alice", "open sesame");

  @Override
  protected RuntimeFixture fixture() {
    FakeImageRuntime runtime = new FakeImageRuntime();
    runtime.guard(PRIVATE_REGISTRY, CREDENTIAL, PullReason.UNAUTHORIZED);
    return new RuntimeFixture() {
      private int pushed;

      @Override
      public ImageRuntime runtime() {
        return runtime;
      }

      @Override
      public String registry() {
        return "registry.example:5000";
      }

      @Override
      public ImageDigest push(String repository, String tag) {
        ImageDigest digest = new ImageDigest("sha256:" + "%064x".formatted(++pushed));
        String rest = "/" + repository + ":" + tag;
        runtime.push(ImageReference.parse(registry() + rest), digest);
        runtime.push(ImageReference.parse(privateRegistry() + rest), digest);
        return digest;
      }

      @Override
      public ImageDigest pushLarge(String repository, String tag) {
        return push(repository, tag);
      }

      @Override
      public ImageDigest pushIndex(String repository, String tag) {
        return push(repository, tag);
      }

      @Override
      public ImageDigest rebuild(String repository, String tag) {
        return push(repository, tag);
      }

      @Override
      public void alias(String repository, String tag, String newTag) {
        String name = registry() + "/" + repository;
        runtime.alias(
            ImageReference.parse(name + ":" + tag), ImageReference.parse(name + ":" + newTag));
      }

      @Override
      public List<String> asked(String repository) {
        return runtime.asked().stream()
            .filter(asked -> asked.name().equals(registry() + "/" + repository))
            .map(asked -> asked.stored().substring(asked.name().length() + 1))
            .toList();
      }

      @Override
      public String slowRegistry() {
        return registry();
      }

      @Override
      public String privateRegistry() {
        return PRIVATE_REGISTRY;
      }

      @Override
      public RegistryCredential credential() {
        return CREDENTIAL;
      }

      @Override
      public void stopRuntime() {
        runtime.down(true);
      }

      @Override
      public void resumeRuntime() {
        runtime.down(false);
      }

      @Override
      public void awaitRequestAtStalledRegistry() throws InterruptedException {
        runtime.awaitStalledPull();
      }

      @Override
      public String deadRegistry() {
        return FakeImageRuntime.DEAD_REGISTRY;
      }

      @Override
      public String stalledRegistry() {
        return FakeImageRuntime.STALLED_REGISTRY;
      }

      @Override
      public void pullByOther(ImageReference reference) {
        runtime.pullByOther(reference);
      }

      @Override
      public void removeByOther(ImageReference reference) {
        runtime.untag(reference);
      }

      @Override
      public void createContainer(ImageReference reference) {
        runtime.useByContainer(reference);
      }

      @Override
      public void removeContainers() {
        runtime.removeContainers();
      }

      @Override
      public boolean can(Ability ability) {
        return true;
      }

      @Override
      public void close() {
        runtime.close();
      }
    };
  }
}
