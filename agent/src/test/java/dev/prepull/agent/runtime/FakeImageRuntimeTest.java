package dev.prepull.agent.runtime;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;

/** The fake keeps the contract of the real adapters. */
class FakeImageRuntimeTest extends ImageRuntimeContract {

  @Override
  protected Fixture fixture() {
    FakeImageRuntime runtime = new FakeImageRuntime();
    return new Fixture() {
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
        runtime.push(ImageReference.parse(registry() + "/" + repository + ":" + tag), digest);
        return digest;
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
      public void close() {
        runtime.close();
      }
    };
  }
}
