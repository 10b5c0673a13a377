package dev.prepull.agent.puller;

import dev.prepull.agent.puller.disk.DiskSpace;
import dev.prepull.agent.puller.disk.ImageFilesystem;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A filesystem that is as full as the test says; it cannot be seen until the test says anything.
 */
final class FakeFilesystem implements ImageFilesystem {

  private @Nullable DiskSpace space;

  void space(long capacity, long available) {
    space = new DiskSpace(capacity, available);
  }

  @Override
  public Optional<DiskSpace> space() {
    return Optional.ofNullable(space);
  }
}
