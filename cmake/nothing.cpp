// SPDX-License-Identifier: BSD-3-Clause
// The program around a room that is linked to see whether it stands alone (rooms.cmake).
int main() {}
