print("hitmon")
