package dev.prepull.e2e.testbed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The smallest Linux program that waits until it is killed: an ELF header, one program header and a
 * few instructions. It needs no library, so that an image with nothing else can run.
 *
 * @see <a href="https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html">System V ABI</a>
 */
final class PauseProgram {

  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;
  private static final int CODE_OFFSET = HEADER_BYTES + PROGRAM_HEADER_BYTES;
  private static final long LOAD_ADDRESS = 0x400000;
  private static final long PAGE_BYTES = 0x10000;

  /** Begin: mov eax, 34 (pause); syscall; jmp begin. */
  private static final int[] AMD64 = {0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7};

  /** Begin: x0 to x3 = 0; x8 = 73 (ppoll); svc 0; b begin. */
  private static final int[] ARM64 = {
    0x00, 0x00, 0x80, 0xd2, 0x01, 0x00, 0x80, 0xd2, 0x02, 0x00, 0x80, 0xd2, 0x03, 0x00, 0x80, 0xd2,
    0x28, 0x09, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4, 0xfa, 0xff, 0xff, 0x17
  };

  private PauseProgram() {}

  /** The program for an architecture in Go's words. */
  static byte[] of(String architecture) {
    boolean arm = architecture.equals("arm64");
    int[] code = arm ? ARM64 : AMD64;
    int size = CODE_OFFSET + code.length;
    ByteBuffer program = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    program.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    program.putShort((short) 2).putShort((short) (arm ? 183 : 62)).putInt(1);
    program.putLong(LOAD_ADDRESS + CODE_OFFSET).putLong(HEADER_BYTES).putLong(0);
    program.putInt(0).putShort((short) HEADER_BYTES).putShort((short) PROGRAM_HEADER_BYTES);
    program.putShort((short) 1).putShort((short) 64).putShort((short) 0).putShort((short) 0);
    program.putInt(1).putInt(5).putLong(0).putLong(LOAD_ADDRESS).putLong(LOAD_ADDRESS);
    program.putLong(size).putLong(size).putLong(PAGE_BYTES);
    for (int octet : code) {
      program.put((byte) octet);
    }
    return program.array();
  }
}
