package dev.prepull.agent.runtime.cri;

import dev.prepull.agent.runtime.cri.v1.FilesystemUsage;
import dev.prepull.agent.runtime.cri.v1.ImageFsInfoRequest;
import java.time.Duration;

/**
 * The bytes that all images on the node use, as CRI's {@code ImageFsInfo} tells. Containerd
 * refreshes the figure every 10 s.
 */
final class UsedBytes {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final GrpcCalls calls;

  UsedBytes(GrpcCalls calls) {
    this.calls = calls;
  }

  /** The figure now; 0 when the runtime has none yet. */
  long read() throws GrpcCallException, InterruptedException {
    long sum = 0;
    for (FilesystemUsage usage :
        calls
            .call(CriMethods.IMAGE_FS_INFO, ImageFsInfoRequest.getDefaultInstance(), TIMEOUT)
            .getImageFilesystemsList()) {
      sum += usage.getUsedBytes().getValue();
    }
    return sum;
  }
}
