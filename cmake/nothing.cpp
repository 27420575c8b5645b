// The program around a room that is linked to see whether it stands alone (rooms.cmake).
int main() {}
