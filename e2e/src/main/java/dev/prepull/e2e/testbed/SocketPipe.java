package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** One direction of a connection that somebody stands in. */
final class SocketPipe {

  private static final int CHUNK = 16 * 1024;

  private SocketPipe() {}

  /** Copies until one of them ends, and then ends the other. Blocks. */
  static void copy(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] chunk = new byte[CHUNK];
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        out.write(chunk, 0, read);
      }
    } catch (IOException e) {
      // Either side has gone away, which closes the other: that is all a pipe can do about it.
      return;
    }
  }
}
