package dev.prepull.agent.puller.disk;

import java.util.Optional;

/** The filesystem on which the node's runtime keeps images. */
public interface ImageFilesystem {

  /** Says what can be found out about it so far, such as where it is. May block. */
  default void locate() throws InterruptedException {}

  /**
   * How full it is at this moment; empty while it cannot be seen from here. Takes microseconds; any
   * thread may call.
   */
  Optional<DiskSpace> space();
}
